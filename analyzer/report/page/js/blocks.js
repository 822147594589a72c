// blocks.js: the blocks of the file. A block is JSON, or JSON deflated and in base64.

async function readBlock(id) {
  const element = document.getElementById(id);
  if (element.type === "application/json") return JSON.parse(element.textContent);
  const packed = new Blob([bytesOf(element.textContent)]).stream();
  const text = await new Response(packed.pipeThrough(new DecompressionStream("deflate-raw"))).text();
  return JSON.parse(text);
}

// readFlows gives all flows in the order of their numbers, with what the table needs.
async function readFlows() {
  const ids = Array.from({ length: about.blocks.flows }, (_, i) => "flows-" + i);
  const flows = (await Promise.all(ids.map(readBlock))).flat().map(describeFlow);
  return flows.sort((a, b) => a.number - b.number);
}

// readMessages gives the messages of a flow, in their order.
async function readMessages(flow) {
  const list = [];
  for (const id of flow.blocks) {
    for (const part of await messageBlock(id)) {
      if (part.flow === flow.number) for (const row of part.rows) list.push(message(row));
    }
  }
  return list.sort((a, b) => a.number - b.number);
}

// The blocks read last are kept: neighbouring flows are often in the same ones.
const messageBlocks = new Map();

async function messageBlock(id) {
  const block = messageBlocks.get(id) || readBlock("messages-" + id);
  messageBlocks.delete(id);
  messageBlocks.set(id, block);
  if (messageBlocks.size > 6) messageBlocks.delete(messageBlocks.keys().next().value);
  return block;
}
