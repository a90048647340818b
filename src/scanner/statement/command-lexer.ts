/**
 * Finds the literals of Redis and memcached commands: everything after the command and its first key. The key is kept, for it tells
 * what is slow, unless a segment of it names a session or a token; then what follows that segment goes. A line that does not begin
 * with a known command is data of the line before, and goes as a whole.
 */
import type { MarkLiteral } from './sql-lexer.ts';

/** Commands by what their first argument is. */
const KEYED = new Set(
  ('APPEND BITCOUNT BITFIELD BITFIELD_RO BITPOS BLMOVE BLPOP BRPOP BRPOPLPUSH BZPOPMAX BZPOPMIN COPY DECR DECRBY DEL DUMP EXISTS EXPIRE EXPIREAT EXPIRETIME GEOADD GEODIST GEOHASH GEOPOS GEORADIUS GEOSEARCH GET GETBIT GETDEL ' +
    'GETEX GETRANGE GETSET HDEL HEXISTS HEXPIRE HGET HGETALL HINCRBY HINCRBYFLOAT HKEYS HLEN HMGET HMSET HRANDFIELD HSCAN HSET HSETNX HSTRLEN HVALS INCR INCRBY INCRBYFLOAT LINDEX LINSERT LLEN LMOVE LPOP LPOS LPUSH LPUSHX LRANGE LREM ' +
    'LSET LTRIM MGET MOVE MSET MSETNX PERSIST PEXPIRE PEXPIREAT PFADD PFCOUNT PFMERGE PSETEX PTTL PUBLISH RENAME RENAMENX RESTORE RPOP RPOPLPUSH RPUSH RPUSHX SADD SCARD SDIFF SDIFFSTORE SET SETBIT SETEX SETNX SETRANGE SINTER SINTERSTORE ' +
    'SISMEMBER SMEMBERS SMISMEMBER SMOVE SORT SORT_RO SPOP SPUBLISH SRANDMEMBER SREM SSCAN SSUBSCRIBE STRLEN SUBSCRIBE SUBSTR SUNION SUNIONSTORE TOUCH TTL TYPE UNLINK UNSUBSCRIBE WATCH XACK XADD XAUTOCLAIM XCLAIM XDEL XLEN XPENDING XRANGE XREVRANGE XTRIM ' +
    'ZADD ZCARD ZCOUNT ZINCRBY ZLEXCOUNT ZMSCORE ZPOPMAX ZPOPMIN ZRANDMEMBER ZRANGE ZRANGEBYLEX ZRANGEBYSCORE ZRANGESTORE ZRANK ZREM ZREMRANGEBYLEX ZREMRANGEBYRANK ZREMRANGEBYSCORE ZREVRANGE ZREVRANGEBYSCORE ZREVRANK ZSCAN ZSCORE ' +
    'JSON.GET JSON.SET JSON.DEL JSON.MGET JSON.NUMINCRBY JSON.ARRAPPEND FT.SEARCH FT.AGGREGATE FT.CREATE TS.ADD TS.RANGE BF.ADD BF.EXISTS ' +
    'ADD REPLACE PREPEND CAS GETS GAT GATS DELETE').split(' '),
);
/** The first argument is a subcommand. */
const GROUPED = new Set('ACL CLIENT CLUSTER COMMAND CONFIG DEBUG FUNCTION LATENCY MEMORY MODULE OBJECT PUBSUB SCRIPT SLOWLOG XGROUP XINFO'.split(' '));
/** Nothing of the arguments is kept. */
const BARE = new Set('AUTH HELLO PING ECHO SELECT EVAL EVALSHA EVAL_RO EVALSHA_RO FCALL FCALL_RO MULTI EXEC DISCARD UNWATCH FLUSHALL FLUSHDB DBSIZE INFO KEYS SCAN TIME WAIT QUIT RESET MIGRATE PSUBSCRIBE PUNSUBSCRIBE RANDOMKEY READONLY READWRITE ROLE SAVE BGSAVE SHUTDOWN SWAPDB SYNC PSYNC ASKING LASTSAVE MONITOR REPLICAOF SLAVEOF XREAD XREADGROUP BITOP BLMPOP LMPOP ZMPOP BZMPOP SINTERCARD ZUNION ZINTER ZDIFF ZUNIONSTORE ZINTERSTORE ZDIFFSTORE VERSION STATS VERBOSITY FLUSH_ALL TOUCH_ALL'.split(' '));
/** `SET search_path TO x`, `SET @a = 1`, `DELETE FROM`, `EXEC p 1`: the same words in SQL. */
const SQL_INSTEAD =
  /^(?:SET\s+(?:@|[\w."[\]`]{1,128}\s*:?=|[\w.]{1,128}\s+TO\s|[\w.]{1,64}\s+(?:[\w.[\]]{1,128}\s+)?(?:ON|OFF)\s*(?:;|$)|(?:SESSION|GLOBAL|LOCAL|TRANSACTION|CHARACTER|TIME\s+ZONE|ROLE|CONSTRAINTS|NAMES)\s)|SELECT\b(?!\s+\d{1,5}\s*$)|DELETE\s+(?:FROM\s|[\w.]{1,128}\s+FROM\s)|EXEC\s+\S|COPY\s.{0,400}\b(?:FROM|TO)\s|REPLACE\s+INTO\s|(?:MOVE|TYPE|TIME|ADD|SORT|KEYS|OBJECT|ROLE|SAVE|WAIT|DEBUG|COMMAND|CLIENT|CLUSTER|FUNCTION|SCRIPT|MEMORY|MODULE)\s+(?:FROM|IN|BY|IS|AS)\s)/i;

const SECRET_SEGMENT = /(?:sess(?:ion)?s?|sid|token|auth|otp|jwt|csrf|nonce|reset|verify|magic|apikey|api[-_]key|refresh|access)[\w-]{0,24}[:/.|]/i;

export function isCommand(text: string): boolean {
  const word = /^\s{0,64}([A-Za-z][A-Za-z_.]{1,19})(?=\s|$)/.exec(text);
  return word !== null && isKnown(word[1]!.toUpperCase()) && !SQL_INSTEAD.test(text.slice(0, 600).trimStart());
}

export function lexCommands(text: string, start: number, limit: number, literal: MarkLiteral): void {
  let at = start;
  while (at < limit) {
    let end = text.indexOf('\n', at);
    if (end === -1 || end > limit) end = limit;
    const isStorage = lexCommand(text, at, end, literal);
    // memcached: the value follows on lines of its own.
    if (isStorage && end < limit) {
      if (text.slice(end, limit).trim() !== '') literal(end + 1, limit);
      return;
    }
    at = end + 1;
  }
}

/** Whether the line is a memcached command that a value follows. */
function lexCommand(text: string, start: number, end: number, literal: MarkLiteral): boolean {
  const words = wordsOf(text, start, end);
  const command = words[0] === undefined ? '' : text.slice(words[0].start, words[0].end).toUpperCase();
  if (words[0] === undefined) return false;
  if (!isKnown(command)) {
    literal(words[0].start, words.at(-1)!.end);
    return false;
  }
  const kept = KEYED.has(command) || GROUPED.has(command) ? 2 : 1;
  const key = words[1];
  if (kept === 2 && key !== undefined && KEYED.has(command)) {
    const secret = SECRET_SEGMENT.exec(text.slice(key.start, Math.min(key.end, key.start + 256)));
    const from = secret === null ? -1 : key.start + secret.index + secret[0].length;
    if (from !== -1 && from < key.end) literal(from, key.end);
  }
  if (words.length > kept) literal(words[kept]!.start, words.at(-1)!.end);
  return /^(?:set|add|replace|append|prepend|cas)$/i.test(command) && words.length >= 5 && words.length <= 7 && words.slice(2, 5).every((word) => /^-?\d+$/.test(text.slice(word.start, word.end)));
}

function isKnown(command: string): boolean {
  return KEYED.has(command) || GROUPED.has(command) || BARE.has(command);
}

/** Only the first three words are told apart; the rest of the line is one. Quotes hold a word together. */
function wordsOf(text: string, start: number, end: number): { start: number; end: number }[] {
  const words: { start: number; end: number }[] = [];
  let i = start;
  while (i < end) {
    if (/\s/.test(text[i]!)) {
      i += 1;
      continue;
    }
    const from = i;
    const quote = text[i] === '"' || text[i] === "'" ? text[i] : '';
    if (quote !== '') {
      i += 1;
      while (i < end && text[i] !== quote) i += text[i] === '\\' ? 2 : 1;
      i = Math.min(i + 1, end);
    }
    while (i < end && !/\s/.test(text[i]!)) i += 1;
    words.push({ start: from, end: i });
    if (words.length === 8) {
      words.push({ start: i, end });
      break;
    }
  }
  const last = words.at(-1);
  if (last !== undefined && last.end <= last.start) words.pop();
  return words;
}
