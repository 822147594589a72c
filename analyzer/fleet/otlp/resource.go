package otlp

import "google.golang.org/protobuf/encoding/protowire"

// Fields that logs and metrics share, of ResourceLogs and ResourceMetrics, of ScopeLogs and ScopeMetrics.
const (
	requestResource = 1 // of the request

	resourceResource, resourceScope, resourceSchema = 1, 2, 3
	scopeScope, scopeItem                           = 1, 2
	scopeName, scopeVersion                         = 1, 2

	resourceAttribute = 1
)

// semantics is the version of the semantic conventions that the attributes' names are of.
const semantics = "https://opentelemetry.io/schemas/1.37.0"

// request is an export request of one resource and scope: items are the records or metrics, as fields of the scope.
func request(sensor, iface, version string, items []byte) []byte {
	attributes := [][2]string{{"service.name", "wscope"}, {"service.version", version}, {"service.instance.id", sensor}, {"network.interface.name", iface}}
	var resource []byte
	for _, a := range attributes {
		if a[1] != "" {
			resource = message(resource, resourceAttribute, pair(a[0], a[1]))
		}
	}
	scope := text(text(nil, scopeName, "wscope"), scopeVersion, version)
	whole := message(message(nil, resourceResource, resource), resourceScope, append(message(nil, scopeScope, scope), items...))
	return message(nil, requestResource, text(whole, protowire.Number(resourceSchema), semantics))
}
