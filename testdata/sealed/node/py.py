import asyncio,ssl,sys,websockets
async def main():
    c=ssl.create_default_context();c.check_hostname=False;c.verify_mode=ssl.CERT_NONE
    async with websockets.connect(sys.argv[1],ssl=c,ping_interval=0.5,compression=None) as ws:
        async def drain():
            try:
                async for _ in ws: pass
            except Exception: pass
        t=asyncio.create_task(drain())
        for n in [5,20,60,125,126,300,1000,4000,5000,17000,40000,3,0,80,80,80]:
            await ws.send('m'*n); await asyncio.sleep(.025)
        await ws.send('burst 12'); await asyncio.sleep(.15)
        for i in range(10): await ws.send('q'*(30+i))
        await asyncio.sleep(.3); await ws.send(b'x'*700); await asyncio.sleep(.2)
asyncio.run(main())
