// ids.mjs: identifiers as programs make them, new ones in each run.
import crypto from 'node:crypto';
const draw = (letters, n) => Array.from(crypto.randomBytes(n), b => letters[b % letters.length]).join('');
const things = 'amber birch cedar delta ember fjord grove heron iris jade kelp lotus maple north olive pearl quartz river slate tulip'.split(' ');
export const pick = (...list) => list[crypto.randomInt(list.length)];
export const int = (from, to) => crypto.randomInt(from, to + 1);
export const base36 = (n = 8) => draw('0123456789abcdefghijklmnopqrstuvwxyz', n);
export const base62 = (n = 10) => draw('0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', n);
export const letters = (n = 7) => draw('abcdefghijklmnopqrstuvwxyz', n);
export const slug = () => `${pick(...things)}-${pick(...things)}-${pick(...things)}`;
export const word = () => pick(...things);
export const words = (least, most) => Array.from({ length: int(least, most) }, word).join(' ');
export const uuid = () => crypto.randomUUID();
export const hex = (n = 12) => crypto.randomBytes(n / 2).toString('hex');
export const email = () => `${word()}.${letters(4)}@example.org`;
export const chargePoint = () => `CP-${int(1000, 9999)}`;
export const snowflake = () => String(1100000000000000000n + BigInt(crypto.randomInt(2 ** 40)) * 4096n);
export const iso = () => new Date().toISOString();
export const nanoid = () => draw('useandom-26T198340PX75pxJACKVERYMINDBUSHWOLF_GQZbfghjklqvwyzrict', 12);
export const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));
export const shuffled = list => list.map(x => [Math.random(), x]).sort((a, b) => a[0] - b[0]).map(x => x[1]);
// once is the next event of an emitter, or a failure if it does not come.
export const within = (ms, promise) => Promise.race([promise, sleep(ms).then(() => undefined)]);
