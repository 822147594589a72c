package apps

// languages is all dialects, those first whose first message cannot be another's.
var languages = []language{
	{protocol: "socket.io", path: socketPath, spot: socketSpot, open: openSocket, session: "sid"},
	{protocol: "mqtt", names: []string{"mqtt", "mqttv3.1"}, spot: mqttSpot, open: openMQTT},
	{protocol: "graphql-transport-ws", names: []string{"graphql-transport-ws"}, spot: graphqlSpot, open: openGraphQL},
	{protocol: "graphql-ws", names: []string{"graphql-ws"}, open: openGraphQL},
	{protocol: "stomp", names: []string{"v10.stomp", "v11.stomp", "v12.stomp", "stomp"}, spot: stompSpot, open: openStomp},
	{protocol: "ocpp", names: []string{"ocpp*"}, spot: ocppSpot, open: openOCPP},
	{protocol: "signalr", spot: signalrSpot, open: openSignalR, session: "id"},
	{protocol: "json-rpc", names: []string{"jsonrpc", "jsonrpc-2.0", "json-rpc"}, spot: rpcSpot, open: openRPC},
	{protocol: "wamp", names: []string{"wamp.2.*"}, open: openWAMP},
	{protocol: "phoenix", path: phoenixPath, spot: phoenixSpot, open: openPhoenix},
	{protocol: "sockjs", path: sockjsPath, open: openSockJS},
	{protocol: "xmpp", names: []string{"xmpp"}, spot: xmppSpot, open: openXMPP},
	{protocol: "amqp", names: []string{"amqp", "AMQPWSB10"}, spot: amqpSpot, open: openAMQP},
	{protocol: "pusher", path: pusherPath, spot: pusherSpot, open: openPusher},
	{protocol: "actioncable", names: []string{"actioncable-v1-json"}, open: openCable},
	{protocol: "cdp", path: cdpPath, spot: cdpSpot, open: openCDP},
}

// formats is what is read where no dialect is recognised.
var formats = []language{
	{protocol: "json", open: openJSON},
	{protocol: "msgpack", open: openMsgPack},
	{protocol: "cbor", open: openCBOR},
	{protocol: "protobuf", open: openProtobuf},
}
