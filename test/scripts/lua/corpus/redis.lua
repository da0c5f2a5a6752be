return x
---
x=1
---
string.foo=1
---
return rawset(_G,"a",1)
---
return setmetatable(_G,{})
---
local t=redis t.x=1
---
KEYS.x=1 return KEYS.x
---
return redis.call("nope")
---
return redis.call("get")
---
return redis.call()
---
return redis.call({})
---
return {pcall(redis.call,"nope")}
---
local ok,e=pcall(redis.call,"nope") return {type(e),e.err,e.source or "nil",e.line or "nil",tostring(e.ignore_error_stats_update)}
---
return redis.pcall("nope")
---
local e = redis.pcall("nope") return {type(e), e.err, tostring(e.ignore_error_stats_update), tostring(e.source), tostring(e.line)}
---
error("hi")
---
error({err="My err"})
---
error()
---
error("hi",2)
---
error("hi",0)
---
return redis.call("subscribe","x")
---
local function f() return f()+1 end return f()
---
return string.rep("x",-1)..("x"):rep(3)
---
string.rep()
---
return ("x"):bad()
---
local a; a.b=1
---
local a={} a.b.c=1
---
return 1+nil
---
local x return "a"..x
---
return {}<{}
---
return 1<"2"
---
return #5
---
return _VERSION
---
return getmetatable("").__index == string
---
return {pcall(string.rep)}
---
return tostring(_G)==tostring(_G._G)
---
return getmetatable(_G)
---
return {redis.LOG_DEBUG,redis.LOG_WARNING,redis.REPL_ALL,redis.REPL_AOF,redis.REPL_SLAVE,redis.REPL_NONE}
---
return xxx.y
---
return redis.error_reply("x")
---
return redis.error_reply("-x y")
---
return redis.error_reply("MY x")
---
return redis.status_reply()
---
return redis.sha1hex()
---
return redis.sha1hex("") .. redis.sha1hex("abc") .. redis.sha1hex(string.rep("a", 1000)) .. redis.sha1hex(5)
---
if
---
return 1 +
---
local x = = 2
---
for
---
x("
---
return {1,nil,3}
---
return {err="abc"}
---
return {ok="fine"}
---
return {double=3.5}
---
return 3.99
---
return -3.99
---
return 1e100
---
return true
---
return false
---
return function() end
---
return print
---
return 2^63
---
return {map={a=1}}
---
goto x
---
return loadstring("x =")
---
return loadstring("return 1+1")()
---
return {loadstring("x y")}
---
return load(function() return nil end)
---
return {pcall(error,{1})}
---
local ok,e=pcall(error,{err="x",a=2}) return {type(e),e}
---
return {xpcall(function() error({err="x"}) end, function(e) return type(e) end)}
---
error("a\nb")
---
return redis.error_reply("a\nb")
---
error(nil)
---
error(12)
---
error(true)
---
local t = {} t[nil]=1
---
local t={} t[0/0]=1
---
for i=1,"x" do end
---
for i="a",1 do end
---
for i=1,10,0 do return 5 end
---
return select(-3,1)
---
return #arg
---
local function f(...) return arg.n end return f(1,2,3)
---
local function f(...) local x=... return arg end return f(1)
---
return __redis__err__handler("x")
---
return string.format("%d","x")
---
return math.random(0)
---
return next({})
---
return next({},1)
---
return ipairs()
---
setmetatable(1,{})
---
return getmetatable("").x
---
getmetatable("").x=1
---
return redis.call("set","x")
---
return redis.call("incrby","x","y")
---
redis.call("lpush","l","x") return redis.call("incr","l")
---
redis.call("lpush","l","x") return redis.pcall("incr","l")
---
redis.call("lpush","l","x") return {pcall(redis.call,"incr","l")}
---
redis.call("set",1.5,true)
---
redis.call("set",1.5,2.5) return redis.call("get","1.5")
---
redis.setresp(4)
---
redis.setresp(3) return redis.call("hgetall","none")
---
redis.set_repl(9)
---
redis.log("x")
---
redis.log(9,"x")
---
redis.log(1,"x","y")
---
return redis.acl_check_cmd("get","x")
---
return redis.acl_check_cmd("nope","x")
---
return redis.replicate_commands()
---
return redis.breakpoint()
---
return redis.debug("x")
---
return redis.register_function("x")
---
local s = 0 for i = 1, 100 do s = s + i end return s
---
local t = {} for i = 1, 100 do t[#t+1] = i * 2 end return t
---
local t = {} for k, v in pairs({a=1,b=2}) do t[#t+1] = v end table.sort(t) return t
---
redis.call('hset', KEYS[1], 'f', ARGV[1], 'g', 2) return redis.call('hgetall', KEYS[1])
---
redis.call('zadd', KEYS[1], 1.5, 'a') return redis.call('zrange', KEYS[1], 0, -1, 'withscores')
---
redis.setresp(3) redis.call('zadd', KEYS[1], 1.5, 'a') return redis.call('zscore', KEYS[1], 'a')
---
return {redis.call('set', KEYS[1], 1), redis.call('get', 'nope'), redis.call('incr', KEYS[1])}
---
local a, b, c = (function(...) return ... end)(1, 2, 3) return {a, b, c}
---
local function fib(n) if n < 2 then return n end return fib(n-1) + fib(n-2) end return fib(15)
---
local t = {} t.x = 1 t.y = {z = 5} return t.y.z
---
local s = '' for w in string.gmatch('hello world from lua', '%a+') do s = s .. w:upper() .. ';' end return s
---
return {string.gsub('hello world', 'o', '0')}
---
return {string.find('hello world', 'o w'), string.find('hello', '(l)(l)')}
---
return string.format('%5d|%-5s|%05.1f|%x|%q', 42, 'ab', 3.14159, 255, 'a"b')
---
return tostring(1/3) .. ' ' .. tostring(100000000000000) .. ' ' .. 2^31
---
local mt = {__add = function(a, b) return 7 end, __call = function(self, x) return x * 2 end, __tostring = function() return 'T' end}
local t = setmetatable({}, mt)
return {t + 1, t(21), tostring(t)}
---
local i = 1
repeat local done = i > 5; i = i + 1 until done
return i
---
local r = {} for i = 10, 1, -3 do r[#r + 1] = i end return r
---
local fns = {} for i = 1, 3 do fns[i] = function() i = i + 1 return i end end return {fns[1](), fns[1](), fns[2]()}
---
#!lua flags=no-writes
return redis.call('set', 'x', 1)
---
#!lua
return 5
---
#!lua flags=bad
return 5
---
#!js
return 5
---
#!lua foo=bar
return 5
---
#!lua
error("x")
---
#! lua
return 1
---
return redis.set_repl(nil)
---
return redis.set_repl("x")
---
return redis.set_repl("9")
---
return redis.set_repl(2.5)
---
return redis.call("XREAD", "BLOCK", 10, "STREAMS", "s", "$")
---
redis.call("XADD", "s", "1-1", "f", "v") return redis.pcall("xread", "COUNT", 1, "BLOCK", 0, "STREAMS", "s", "0").err
---
redis.call("XGROUP", "CREATE", "s", "g", "0", "MKSTREAM") return redis.pcall("XREADGROUP", "GROUP", "g", "c", "BLOCK", 0, "STREAMS", "s", ">").err
---
redis.call("XADD", "s", "1-1", "f", "v") redis.setresp(3) local r = redis.call("XREAD", "STREAMS", "s", "0") redis.setresp(2) local q = redis.call("XREAD", "STREAMS", "s", "0") return {r.map.s[1][1], r.map.s[1][2][2], q[1][1], q[1][2][1][1]}
---
redis.call("XADD", "s", "1-1", "f", "v") redis.setresp(3) return redis.call("XREAD", "STREAMS", "s", "0")
---
#!lua flags=no-writes
return redis.call("PUBLISH", "c", "m")
---
#!lua flags=no-writes
return redis.call("SPUBLISH", "c", "m")
---
#!lua flags=no-writes
return redis.call("PFCOUNT", "k1")
---
#!lua flags=no-writes flags=allow-oom
return redis.call("SET", "k1", 1)
---
#!lua flags=
return 1
---
#!lua flags=,
return 1
---
#!lua flags=no-writes,
return 1
---
error({err = 5})
---
return redis.set_repl(-0.5)
---
redis.call('SET', KEYS[1], 0/0)
return {redis.call('GET', KEYS[1]), tostring(0/0)}
