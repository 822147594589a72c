package wsparse

// The rules of the opening handshake.
var (
	ruleMethod = &Rule{"handshake-method-not-get", Error, "RFC 6455 §4.1",
		"the method of the request MUST be GET"}
	ruleHTTPVersion = &Rule{"handshake-http-version", Error, "RFC 6455 §4.1",
		"the HTTP version MUST be at least 1.1"}
	ruleTarget = &Rule{"handshake-target-form", Error, "RFC 6455 §4.1",
		"the Request-URI MUST be a resource name, which begins with /, or an absolute http or https URI"}
	ruleFragment = &Rule{"handshake-target-fragment", Error, "RFC 6455 §3",
		"fragment identifiers MUST NOT be used on WebSocket URIs"}
	ruleHost = &Rule{"handshake-no-host", Error, "RFC 6455 §4.1",
		"the request MUST contain a Host header field"}
	ruleUpgrade = &Rule{"handshake-no-upgrade", Error, "RFC 6455 §4.1",
		"the request MUST contain an Upgrade header field whose value MUST include the websocket keyword"}
	ruleConnection = &Rule{"handshake-no-connection-upgrade", Error, "RFC 6455 §4.1",
		"the request MUST contain a Connection header field whose value MUST include the Upgrade token"}
	ruleKeyMissing = &Rule{"handshake-key-missing", Error, "RFC 6455 §4.1",
		"the request MUST include a header field with the name Sec-WebSocket-Key"}
	ruleKeyRepeated = &Rule{"handshake-key-repeated", Error, "RFC 6455 §11.3.1",
		"the Sec-WebSocket-Key header field MUST NOT appear more than once in an HTTP request"}
	ruleKeyLength = &Rule{"handshake-key-not-16-bytes", Error, "RFC 6455 §4.1",
		"the key MUST be a nonce of 16 bytes, base64-encoded"}
	ruleKeyConstant = &Rule{"handshake-key-not-random", Note, "RFC 6455 §4.1",
		"the nonce MUST be selected randomly for each connection; here all its bytes are the same"}
	ruleVersion = &Rule{"handshake-version-not-13", Error, "RFC 6455 §4.1",
		"the request MUST include Sec-WebSocket-Version, and its value MUST be 13"}
	ruleVersionRepeated = &Rule{"handshake-version-repeated", Error, "RFC 6455 §11.3.5",
		"the Sec-WebSocket-Version header field MUST NOT appear more than once in an HTTP request"}
	ruleOfferedProtocol = &Rule{"subprotocol-offer-malformed", Error, "RFC 6455 §4.1",
		"the subprotocols offered MUST be tokens and MUST all be unique strings"}
	ruleOfferMalformed = &Rule{"extension-malformed", Error, "RFC 6455 §9.1",
		"an extension list that does not conform to its grammar MUST make the receiver fail the connection"}
	ruleUnregistered = &Rule{"extension-not-registered", Note, "RFC 6455 §9.1",
		"any extension-token used MUST be a registered token"}
	ruleDeflateOffer = &Rule{"deflate-offer-invalid", Error, "RFC 7692 §7.1",
		"a server MUST decline an offer with a parameter that is not defined, has an invalid value, or comes more than once"}
	ruleEarlyData = &Rule{"data-before-answer", Error, "RFC 6455 §4.1",
		"the client MUST wait for a response from the server before sending any further data"}
	ruleRefused = &Rule{"upgrade-refused", Note, "RFC 6455 §4.1",
		"if the status code is not 101, the client handles the response per HTTP procedures"}
	ruleVersionsMissing = &Rule{"answer-no-versions", Error, "RFC 6455 §4.4",
		"if the server does not support the requested version, it MUST respond with a Sec-WebSocket-Version header field of those that it does"}
	ruleAcceptsInvalid = &Rule{"answer-to-invalid-request", Error, "RFC 6455 §4.2.1",
		"if the client's handshake does not match the description, the server MUST stop processing it and return an error code such as 400; here it accepts"}
	ruleAnswerUpgrade = &Rule{"answer-no-upgrade", Error, "RFC 6455 §4.1",
		"if the response lacks an Upgrade header field, or has one with a value other than websocket, the client MUST fail the connection"}
	ruleAnswerConnection = &Rule{"answer-no-connection-upgrade", Error, "RFC 6455 §4.1",
		"if the response lacks a Connection header field with the Upgrade token, the client MUST fail the connection"}
	ruleAcceptMissing = &Rule{"accept-missing", Error, "RFC 6455 §4.1",
		"if the response lacks a Sec-WebSocket-Accept header field, the client MUST fail the connection"}
	ruleAcceptWrong = &Rule{"accept-wrong", Error, "RFC 6455 §4.1",
		"if Sec-WebSocket-Accept is not the SHA-1 of key and GUID, base64-encoded, the client MUST fail the connection"}
	ruleAcceptRepeated = &Rule{"accept-repeated", Error, "RFC 6455 §11.3.3",
		"the Sec-WebSocket-Accept header field MUST NOT appear more than once in an HTTP response"}
	ruleProtocolNotOffered = &Rule{"subprotocol-not-offered", Error, "RFC 6455 §4.1",
		"if the response names a subprotocol that was not in the request, the client MUST fail the connection"}
	ruleProtocolRepeated = &Rule{"subprotocol-repeated", Error, "RFC 6455 §11.3.4",
		"the Sec-WebSocket-Protocol header field MUST NOT appear more than once in an HTTP response"}
	ruleExtensionNotOffered = &Rule{"extension-not-offered", Error, "RFC 6455 §4.1",
		"if the response names an extension that was not in the request, the client MUST fail the connection"}
	ruleExtensionsRepeated = &Rule{"extensions-repeated", Error, "RFC 6455 §11.3.2",
		"the Sec-WebSocket-Extensions header field MUST NOT appear more than once in an HTTP response"}
	ruleExtensionTwice = &Rule{"extension-conflict", Error, "RFC 7692 §5.1",
		"the client MUST fail the connection if the extensions of the response conflict with one another"}
	ruleDeflateAnswer = &Rule{"deflate-answer-invalid", Error, "RFC 7692 §7.1",
		"a client MUST fail the connection if the answer has an invalid parameter or does not fit an offer"}
)

var handshakeRules = []*Rule{
	ruleMethod, ruleHTTPVersion, ruleTarget, ruleFragment, ruleHost, ruleUpgrade,
	ruleConnection, ruleKeyMissing, ruleKeyRepeated, ruleKeyLength, ruleKeyConstant,
	ruleVersion, ruleVersionRepeated, ruleOfferedProtocol, ruleOfferMalformed,
	ruleUnregistered, ruleDeflateOffer, ruleEarlyData, ruleRefused, ruleVersionsMissing,
	ruleAcceptsInvalid, ruleAnswerUpgrade, ruleAnswerConnection, ruleAcceptMissing, ruleAcceptWrong, ruleAcceptRepeated,
	ruleProtocolNotOffered, ruleProtocolRepeated, ruleExtensionNotOffered,
	ruleExtensionsRepeated, ruleExtensionTwice, ruleDeflateAnswer,
}
