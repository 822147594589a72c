package rule

// The rules of the opening handshake.
var (
	Method = &Rule{"handshake-method-not-get", Error, "RFC 6455 §4.1",
		"the method of the request MUST be GET"}
	HTTPVersion = &Rule{"handshake-http-version", Error, "RFC 6455 §4.1",
		"the HTTP version MUST be at least 1.1"}
	Target = &Rule{"handshake-target-form", Error, "RFC 6455 §4.1",
		"the Request-URI MUST be a resource name, which begins with /, or an absolute http or https URI"}
	Fragment = &Rule{"handshake-target-fragment", Error, "RFC 6455 §3",
		"fragment identifiers MUST NOT be used on WebSocket URIs"}
	Host = &Rule{"handshake-no-host", Error, "RFC 6455 §4.1",
		"the request MUST contain a Host header field"}
	Upgrade = &Rule{"handshake-no-upgrade", Error, "RFC 6455 §4.1",
		"the request MUST contain an Upgrade header field whose value MUST include the websocket keyword"}
	Connection = &Rule{"handshake-no-connection-upgrade", Error, "RFC 6455 §4.1",
		"the request MUST contain a Connection header field whose value MUST include the Upgrade token"}
	KeyMissing = &Rule{"handshake-key-missing", Error, "RFC 6455 §4.1",
		"the request MUST include a header field with the name Sec-WebSocket-Key"}
	KeyRepeated = &Rule{"handshake-key-repeated", Error, "RFC 6455 §11.3.1",
		"the Sec-WebSocket-Key header field MUST NOT appear more than once in an HTTP request"}
	KeyLength = &Rule{"handshake-key-not-16-bytes", Error, "RFC 6455 §4.1",
		"the key MUST be a nonce of 16 bytes, base64-encoded"}
	KeyConstant = &Rule{"handshake-key-not-random", Note, "RFC 6455 §4.1",
		"the nonce MUST be selected randomly for each connection; here all its bytes are the same"}
	Version = &Rule{"handshake-version-not-13", Error, "RFC 6455 §4.1",
		"the request MUST include Sec-WebSocket-Version, and its value MUST be 13"}
	VersionRepeated = &Rule{"handshake-version-repeated", Error, "RFC 6455 §11.3.5",
		"the Sec-WebSocket-Version header field MUST NOT appear more than once in an HTTP request"}
	OfferedProtocol = &Rule{"subprotocol-offer-malformed", Error, "RFC 6455 §4.1",
		"the subprotocols offered MUST be tokens and MUST all be unique strings"}
	OfferMalformed = &Rule{"extension-malformed", Error, "RFC 6455 §9.1",
		"an extension list that does not conform to its grammar MUST make the receiver fail the connection"}
	Unregistered = &Rule{"extension-not-registered", Note, "RFC 6455 §9.1",
		"any extension-token used MUST be a registered token"}
	DeflateOffer = &Rule{"deflate-offer-invalid", Error, "RFC 7692 §7.1",
		"a server MUST decline an offer with a parameter that is not defined, has an invalid value, or comes more than once"}
	EarlyData = &Rule{"data-before-answer", Error, "RFC 6455 §4.1",
		"the client MUST wait for a response from the server before sending any further data"}
	Refused = &Rule{"upgrade-refused", Note, "RFC 6455 §4.1",
		"if the status code is not 101, the client handles the response per HTTP procedures"}
	VersionsMissing = &Rule{"answer-no-versions", Error, "RFC 6455 §4.4",
		"if the server does not support the requested version, it MUST respond with a Sec-WebSocket-Version header field of those that it does"}
	AcceptsInvalid = &Rule{"answer-to-invalid-request", Error, "RFC 6455 §4.2.1",
		"if the client's handshake does not match the description, the server MUST stop processing it and return an error code such as 400; here it accepts"}
	AnswerUpgrade = &Rule{"answer-no-upgrade", Error, "RFC 6455 §4.1",
		"if the response lacks an Upgrade header field, or has one with a value other than websocket, the client MUST fail the connection"}
	AnswerConnection = &Rule{"answer-no-connection-upgrade", Error, "RFC 6455 §4.1",
		"if the response lacks a Connection header field with the Upgrade token, the client MUST fail the connection"}
	AcceptMissing = &Rule{"accept-missing", Error, "RFC 6455 §4.1",
		"if the response lacks a Sec-WebSocket-Accept header field, the client MUST fail the connection"}
	AcceptWrong = &Rule{"accept-wrong", Error, "RFC 6455 §4.1",
		"if Sec-WebSocket-Accept is not the SHA-1 of key and GUID, base64-encoded, the client MUST fail the connection"}
	AcceptRepeated = &Rule{"accept-repeated", Error, "RFC 6455 §11.3.3",
		"the Sec-WebSocket-Accept header field MUST NOT appear more than once in an HTTP response"}
	ProtocolNotOffered = &Rule{"subprotocol-not-offered", Error, "RFC 6455 §4.1",
		"if the response names a subprotocol that was not in the request, the client MUST fail the connection"}
	ProtocolRepeated = &Rule{"subprotocol-repeated", Error, "RFC 6455 §11.3.4",
		"the Sec-WebSocket-Protocol header field MUST NOT appear more than once in an HTTP response"}
	ExtensionNotOffered = &Rule{"extension-not-offered", Error, "RFC 6455 §4.1",
		"if the response names an extension that was not in the request, the client MUST fail the connection"}
	ExtensionsRepeated = &Rule{"extensions-repeated", Error, "RFC 6455 §11.3.2",
		"the Sec-WebSocket-Extensions header field MUST NOT appear more than once in an HTTP response"}
	ExtensionTwice = &Rule{"extension-conflict", Error, "RFC 7692 §5.1",
		"the client MUST fail the connection if the extensions of the response conflict with one another"}
	DeflateAnswer = &Rule{"deflate-answer-invalid", Error, "RFC 7692 §7.1",
		"a client MUST fail the connection if the answer has an invalid parameter or does not fit an offer"}
)

// Handshake are the rules of the opening handshake.
var Handshake = []*Rule{
	Method, HTTPVersion, Target, Fragment, Host, Upgrade,
	Connection, KeyMissing, KeyRepeated, KeyLength, KeyConstant,
	Version, VersionRepeated, OfferedProtocol, OfferMalformed,
	Unregistered, DeflateOffer, EarlyData, Refused, VersionsMissing,
	AcceptsInvalid, AnswerUpgrade, AnswerConnection, AcceptMissing, AcceptWrong, AcceptRepeated,
	ProtocolNotOffered, ProtocolRepeated, ExtensionNotOffered,
	ExtensionsRepeated, ExtensionTwice, DeflateAnswer,
}
