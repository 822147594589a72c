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
	{protocol: "cdp", path: cdpPath, spot: cdpSpot, open: openCDP},
}

// formats is what is read where no dialect is recognised.
var formats = []language{
	{protocol: "json", open: openJSON},
}
