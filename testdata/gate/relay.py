#!/usr/bin/env python3
"""relay.py FROM TO: a TCP relay that is 20 ms long each way, and stalls at times for 80 to 300 ms."""
import asyncio, random, sys, time

LISTEN, TARGET, DELAY = int(sys.argv[1]), int(sys.argv[2]), 0.020


async def pump(reader, writer):
    """Passes on what it reads, in order, each piece 20 ms later or after the stall before it."""
    pieces, free = asyncio.Queue(), 0.0

    async def write():
        while (piece := await pieces.get()) is not None:
            due, data = piece
            await asyncio.sleep(max(due - time.monotonic(), 0))
            writer.write(data)
            await writer.drain()
        writer.close()

    task = asyncio.create_task(write())
    try:
        while data := await reader.read(65536):
            stall = random.uniform(0.08, 0.3) if random.random() < 0.01 else 0
            free = max(time.monotonic() + DELAY + stall, free)
            pieces.put_nowait((free, data))
    except ConnectionError:
        pass
    pieces.put_nowait((max(time.monotonic() + DELAY, free), b""))
    pieces.put_nowait(None)
    try:
        await task
    except ConnectionError:
        pass


async def accept(reader, writer):
    try:
        to_reader, to_writer = await asyncio.open_connection("127.0.0.1", TARGET)
    except ConnectionError:
        writer.close()
        return
    await asyncio.gather(pump(reader, to_writer), pump(to_reader, writer))


async def main():
    async with await asyncio.start_server(accept, "127.0.0.1", LISTEN):
        print("ready", flush=True)
        await asyncio.Future()


asyncio.run(main())
