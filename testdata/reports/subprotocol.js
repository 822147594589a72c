// Records subprotocol-not-chosen.pcap, with a server that ignores the subprotocols and the npm package ws as client:
//   tcpdump -i lo -w subprotocol-not-chosen.pcap tcp port 18931 &
//   node subprotocol.js
const http = require("node:http");
const crypto = require("node:crypto");
const WebSocket = require("ws");

const server = http.createServer();
server.on("upgrade", (req, socket) => {
  const sum = crypto.createHash("sha1").update(req.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
  socket.on("error", () => {});
  socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
    sum.digest("base64") + "\r\n\r\n");
});
server.listen(18931, "127.0.0.1", () => {
  const client = new WebSocket("ws://127.0.0.1:18931/mqtt", ["mqttv3.1"]);
  client.on("error", (err) => {
    console.log(err.message);
    setTimeout(() => process.exit(), 200);
  });
});
