package apps

// languages is all dialects, those first whose first message cannot be another's.
var languages = []language{
	{protocol: "socket.io", path: socketPath, spot: socketSpot, midway: socketMidway, open: openSocket, session: "sid"},
	{protocol: "mqtt", names: []string{"mqtt", "mqttv3.1"}, spot: mqttSpot, midway: mqttMidway, stream: true, open: openMQTT},
	{protocol: "graphql-transport-ws", names: []string{"graphql-transport-ws"}, spot: graphqlSpot, midway: graphqlMidway, open: openGraphQL},
	{protocol: "graphql-ws", names: []string{"graphql-ws"}, open: openGraphQL},
	{protocol: "stomp", names: []string{"v10.stomp", "v11.stomp", "v12.stomp", "stomp"}, spot: stompSpot, midway: stompMidway, open: openStomp},
	{protocol: "ocpp", names: []string{"ocpp*"}, spot: ocppSpot, midway: ocppMidway, open: openOCPP},
	{protocol: "signalr", spot: signalrSpot, midway: signalrMidway, open: openSignalR, session: "id"},
	{protocol: "json-rpc", names: []string{"jsonrpc", "jsonrpc-2.0", "json-rpc"}, spot: rpcSpot, open: openRPC},
	{protocol: "wamp", names: []string{"wamp.2.*"}, midway: wampMidway, open: openWAMP},
	{protocol: "phoenix", path: phoenixPath, spot: phoenixSpot, midway: phoenixMidway, open: openPhoenix},
	{protocol: "sockjs", path: sockjsPath, midway: sockjsMidway, open: openSockJS},
	{protocol: "xmpp", names: []string{"xmpp"}, spot: xmppSpot, midway: xmppMidway, open: openXMPP},
	{protocol: "amqp", names: []string{"amqp", "AMQPWSB10"}, spot: amqpSpot, midway: amqpMidway, open: openAMQP},
	{protocol: "pusher", path: pusherPath, spot: pusherSpot, midway: pusherMidway, open: openPusher},
	{protocol: "actioncable", names: []string{"actioncable-v1-json"}, midway: cableMidway, open: openCable},
	{protocol: "cdp", path: cdpPath, spot: cdpSpot, midway: cdpMidway, open: openCDP},
}

// formats is what is read where no dialect is recognised.
var formats = []language{
	{protocol: "json", open: openJSON},
	{protocol: "msgpack", open: openMsgPack},
	{protocol: "cbor", open: openCBOR},
	{protocol: "protobuf", open: openProtobuf},
}
