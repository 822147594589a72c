"""irc.py PORT COUNT: clients of an IRC server over TLS that chat in one channel"""
import asyncio, random, ssl, sys
c = ssl.create_default_context(); c.check_hostname, c.verify_mode = False, ssl.CERT_NONE


async def one(i):
    r, w = await asyncio.open_connection("127.0.0.1", int(sys.argv[1]), ssl=c)
    async def drain():
        while b := await r.readline():
            if b.startswith(b"PING"): w.write(b"PONG" + b[4:])
    t = asyncio.ensure_future(drain())
    w.write(b"NICK n%d\r\nUSER u%d 0 * :Somebody\r\n" % (i, i))
    await asyncio.sleep(0.5)
    w.write(b"JOIN #c\r\n")
    for _ in range(8):
        await asyncio.sleep(random.random() * 0.4)
        w.write(b"PRIVMSG #c :" + b"m" * random.randint(1, 120) + b"\r\n")
    await asyncio.sleep(1)
    w.write(b"QUIT :bye\r\n")
    await asyncio.sleep(0.2)
    w.close(); t.cancel()


async def main(): await asyncio.gather(*map(one, range(int(sys.argv[2]))), return_exceptions=True)
asyncio.run(main())
