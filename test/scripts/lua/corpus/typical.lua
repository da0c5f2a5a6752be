local current = redis.call('INCR', KEYS[1]) if current == 1 then redis.call('EXPIRE', KEYS[1], 60) end if current > 10 then return {0, redis.call('TTL', KEYS[1])} end return {1, 10 - current}
---
for i = 1, 12 do local c = redis.call('INCR', KEYS[1]) if c == 1 then redis.call('PEXPIRE', KEYS[1], 60000) end end return redis.call('GET', KEYS[1]) > '10'
---
local now = 1000000 local window = 1000 redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, now - window) local count = redis.call('ZCARD', KEYS[1]) if count < 5 then redis.call('ZADD', KEYS[1], now, now .. '-' .. count) redis.call('PEXPIRE', KEYS[1], window) return {1, 5 - count - 1} end local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES') return {0, oldest[2] + window - now}
---
local rate, capacity, now, requested = 10, 20, 1700000000, 3 local tokens = tonumber(redis.call('get', KEYS[1])) if tokens == nil then tokens = capacity end local last = tonumber(redis.call('get', KEYS[2])) if last == nil then last = 0 end local delta = math.max(0, now - last) local filled = math.min(capacity, tokens + (delta * rate)) local allowed = filled >= requested local new = filled if allowed then new = filled - requested end redis.call('setex', KEYS[1], 60, new) redis.call('setex', KEYS[2], 60, now) return {allowed, new}
---
local b = redis.call('HMGET', KEYS[1], 'tokens', 'ts') local tokens = tonumber(b[1]) or 10 local ts = tonumber(b[2]) or 0 tokens = math.min(10, tokens + (100 - ts) * 0.5) if tokens < 1 then return 0 end redis.call('HSET', KEYS[1], 'tokens', tokens - 1, 'ts', 100) return redis.call('HGETALL', KEYS[1])
---
redis.call('SET', KEYS[1], ARGV[1]) if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end
---
redis.call('SET', KEYS[1], 'other') if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end
---
if redis.call('exists', KEYS[1]) == 0 or redis.call('hexists', KEYS[1], ARGV[1]) == 1 then redis.call('hincrby', KEYS[1], ARGV[1], 1) redis.call('pexpire', KEYS[1], 30000) return nil end return redis.call('pttl', KEYS[1])
---
if redis.call('set', KEYS[1], ARGV[1], 'NX', 'PX', 10000) then return 1 else return 0 end
---
redis.call('set', KEYS[1], 'x') return redis.call('set', KEYS[1], ARGV[1], 'NX')
---
local v = redis.call('get', KEYS[1]) if not v then redis.call('set', KEYS[1], 1) return 'created' end return v
---
redis.call('rpush', KEYS[1], 'a', 'b', 'c') local job = redis.call('lpop', KEYS[1]) if job then redis.call('zadd', KEYS[2], 12345, job) end return {job, redis.call('llen', KEYS[1]), redis.call('zrange', KEYS[2], 0, -1)}
---
redis.call('zadd', KEYS[1], 1, 'a', 2, 'b', 30, 'c') local due = redis.call('zrangebyscore', KEYS[1], '-inf', 10, 'LIMIT', 0, 100) for i, id in ipairs(due) do redis.call('lpush', KEYS[2], id) redis.call('zrem', KEYS[1], id) end return {#due, redis.call('lrange', KEYS[2], 0, -1), redis.call('zcard', KEYS[1])}
---
for i = 1, 250 do redis.call('sadd', KEYS[1], 'm' .. i) end local removed = 0 local members = redis.call('smembers', KEYS[1]) for i = 1, #members, 100 do removed = removed + redis.call('srem', KEYS[1], unpack(members, i, math.min(i + 99, #members))) end return removed
---
redis.call('hset', KEYS[1], 'json', cjson.encode({id = 5, tags = {'a', 'b'}})) local o = cjson.decode(redis.call('hget', KEYS[1], 'json')) o.id = o.id + 1 table.insert(o.tags, 'c') return {o.id, #o.tags, o.tags[3]}
---
local stock = tonumber(redis.call('get', KEYS[1]) or '10') local want = 3 if stock < want then return redis.error_reply('OUTOFSTOCK not enough') end redis.call('decrby', KEYS[1], want) return redis.status_reply('RESERVED')
---
return redis.error_reply('OUTOFSTOCK not enough left')
---
return {redis.status_reply('FINE'), redis.error_reply('BAD thing'), {ok = 'x'}, {err = 'ERR y'}}
---
local r = redis.pcall('hset', KEYS[1]) if r.err then return 'failed: ' .. r.err end
---
redis.call('set', KEYS[1], 'x') local ok, e = pcall(redis.call, 'lpush', KEYS[1], 'y') return {tostring(ok), e}
---
redis.call('set', KEYS[1], 'x') local r = redis.pcall('lpush', KEYS[1], 'y') return {type(r), r.err, tostring(r.ok)}
---
redis.call('set', KEYS[1], 'x') redis.call('lpush', KEYS[1], 'y') return 'never'
---
local t = redis.call('time') return {#t, type(t[1]), tonumber(t[1]) > 1600000000}
---
redis.call('mset', 'a', 1, 'b', 2, 'c', 3) local sum = 0 for _, v in ipairs(redis.call('mget', 'a', 'b', 'c', 'none')) do sum = sum + (v and tonumber(v) or 0) end return sum
---
local r = redis.call('mget', 'none', 'nope') return {tostring(r[1]), #r, type(r[2])}
---
for i = 1, 5 do redis.call('zadd', KEYS[1], i * 10, 'user' .. i) end local rank = redis.call('zrevrank', KEYS[1], 'user3') local around = redis.call('zrevrange', KEYS[1], math.max(0, rank - 1), rank + 1, 'WITHSCORES') return {rank, around}
---
for i = 1, 20 do redis.call('lpush', KEYS[1], i) redis.call('ltrim', KEYS[1], 0, 4) end return redis.call('lrange', KEYS[1], 0, -1)
---
redis.call('setbit', KEYS[1], 7, 1) return {redis.call('getbit', KEYS[1], 7), redis.call('bitcount', KEYS[1]), redis.call('get', KEYS[1])}
---
redis.call('hset', KEYS[1], 'a', 1, 'b', 2) local flat = redis.call('hgetall', KEYS[1]) local map = {} for i = 1, #flat, 2 do map[flat[i]] = tonumber(flat[i + 1]) end return map.a + map.b
---
redis.call('incrbyfloat', KEYS[1], '0.1') return redis.call('incrbyfloat', KEYS[1], 0.2)
---
redis.call('set', KEYS[1], 10) return redis.call('get', KEYS[1]) + 5
---
redis.call('set', KEYS[1], 10) return redis.call('get', KEYS[1]) .. 5
---
return redis.call('incr', KEYS[1]) + redis.call('incr', KEYS[1])
---
return redis.call('exists', KEYS[1]) == 0 and 'absent' or 'present'
---
return tonumber(redis.call('get', KEYS[1]) or 0) + 1
---
return tonumber(redis.call('get', KEYS[1])) == nil
---
local seen = {} for _, k in ipairs(KEYS) do seen[#seen + 1] = k .. '=' .. tostring(redis.call('type', k).ok) end return seen
---
local n = 0 repeat n = n + redis.call('rpush', KEYS[1], n) until n > 20 return redis.call('lrange', KEYS[1], 0, -1)
---
redis.call('select', 5) redis.call('set', 'x', 1) redis.call('select', 0) return redis.call('exists', 'x')
---
redis.call('set', KEYS[1], string.rep('x', 100)) return redis.call('strlen', KEYS[1]) .. redis.call('getrange', KEYS[1], 0, 2)
---
redis.call('set', KEYS[1], 'v', 'EX', 100) local ttl = redis.call('ttl', KEYS[1]) redis.call('persist', KEYS[1]) return {ttl, redis.call('ttl', KEYS[1])}
---
local function move(from, to, n) local moved = {} for i = 1, n do local v = redis.call('rpoplpush', from, to) if not v then break end moved[i] = v end return moved end redis.call('rpush', KEYS[1], 1, 2, 3) return move(KEYS[1], KEYS[2], 5)
---
redis.setresp(3) redis.call('zadd', KEYS[1], 1.5, 'a') return {redis.call('zscore', KEYS[1], 'a').double * 2, redis.call('get', 'none') == nil, redis.call('sismember', 's', 'x')}
---
redis.setresp(3) redis.call('sadd', KEYS[1], 'a') return redis.call('smembers', KEYS[1])
---
redis.setresp(3) redis.call('hset', KEYS[1], 'f', 'v') return redis.call('hgetall', KEYS[1]).map.f
---
redis.setresp(3) return {true, false}
---
redis.setresp(3) redis.setresp(2) return {redis.call('get', 'none') == false}
---
return {big_number = '12345678901234567890'}
---
return {verbatim_string = {string = 'text', format = 'txt'}}
---
return {set = {a = true}}
---
return {double = 1.25}
---
return {1, {2, {3, {4, 'deep'}}}, 'x', false, 5}
---
return {1, 2.9, -2.9, '3', 1e15, 2^53}
---
return {ok = 5}
---
return {err = 5}
---
return {ok = 'a', err = 'b'}
---
return setmetatable({1, 2}, {__index = function(t, k) if k == 3 then return 'meta' end end})
---
return cjson.null
---
return 'bin\0\255\128'
---
return redis.sha1hex('bin\0\255')
---
return #KEYS .. #ARGV .. KEYS[1] .. ARGV[2]
---
KEYS = 1
---
KEYS[1] = 'changed' return KEYS[1]
---
ARGV[#ARGV + 1] = 'more' return ARGV
---
table.sort(KEYS, function(a, b) return a > b end) return KEYS
---
local n, out = 10, {} local a, b = 0, 1 for i = 1, n do out[i] = a a, b = b, a + b end return out
---
local primes = {} for i = 2, 50 do local is = true for _, p in ipairs(primes) do if i % p == 0 then is = false break end end if is then primes[#primes + 1] = i end end return primes
---
local function split(s, sep) local out = {} for part in string.gmatch(s, '([^' .. sep .. ']+)') do out[#out + 1] = part end return out end return split('a,b,,c', ',')
---
local function reverse(t) local r = {} for i = #t, 1, -1 do r[#r + 1] = t[i] end return r end return reverse({1, 2, 3})
---
local Stack = {} Stack.__index = Stack function Stack.new() return setmetatable({n = 0}, Stack) end function Stack:push(v) self.n = self.n + 1 self[self.n] = v end function Stack:pop() local v = self[self.n] self[self.n] = nil self.n = self.n - 1 return v end local s = Stack.new() s:push(1) s:push(2) return {s:pop(), s:pop(), s.n}
---
local memo = setmetatable({}, {__index = function(t, n) local v = n < 2 and n or t[n - 1] + t[n - 2] rawset(t, n, v) return v end}) return memo[60]
---
return redis.call('COMMAND', 'COUNT') > 100
---
return redis.call('PING')
---
return redis.call('ECHO', 'hi')
---
return redis.call('multi')
---
return redis.call('eval', 'return 1', 0)
---
return redis.call('config', 'get', 'maxmemory')
---
return redis.call('client', 'id')
---
return redis.call('object', 'encoding', KEYS[1])
---
return redis.call('OBJECT', 'NOSUCH', 'x')
---
return redis.call('blpop', KEYS[1], 0)
---
return redis.call('publish', 'channel', 'message')
---
return redis.call('flushall')
---
return redis.call('set', KEYS[1], nil)
---
return redis.call('set', KEYS[1], {})
---
return redis.call(nil)
---
return redis.call('')
---
return redis.call(5)
---
return redis.pcall()
---
return redis.pcall({})
---
redis.log(redis.LOG_WARNING, 'a', 5, 'b')
---
redis.log('x', 'y')
---
redis.log(-1, 'y')
---
redis.setresp()
---
redis.setresp('3')
---
redis.set_repl()
---
redis.set_repl(redis.REPL_ALL)
---
return redis.acl_check_cmd()
---
return redis.acl_check_cmd('set', 'x', 'y')
