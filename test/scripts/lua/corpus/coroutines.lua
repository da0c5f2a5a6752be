local co = coroutine.create(function(a, b) local c = coroutine.yield(a + b) local d, e = coroutine.yield(c * 2) return d, e end)
local r = {} for _, v in ipairs({{1, 2}, {5}, {7, 8}, {9}}) do local x = {coroutine.resume(co, unpack(v))} for i = 1, #x do r[#r + 1] = tostring(x[i]) end r[#r+1] = coroutine.status(co) end return r
---
local gen = coroutine.wrap(function() for i = 1, 5 do coroutine.yield(i) end end)
local r = {} for v in gen do r[#r + 1] = v end return r
---
local function inner(x) local y = coroutine.yield(x) return y + 1 end
local co = coroutine.wrap(function(a) local t = {inner(a), inner(a + 1), x = inner(a + 2)} return t[1] + t[2] * t.x end)
return {co(1), co(10), co(20), co(30)}
---
local co = coroutine.create(function() error("boom") end) local a, b = coroutine.resume(co) return {tostring(a), b, coroutine.status(co)}
---
local co = coroutine.create(function() error({code = 5}) end) local a, b = coroutine.resume(co) return {tostring(a), b.code}
---
local co = coroutine.wrap(function() error("boom") end) co()
---
local co = coroutine.wrap(function() error({err = "My boom"}) end) co()
---
local co = coroutine.wrap(function() return 1 end) co() co()
---
return coroutine.yield(1)
---
return coroutine.create(print)
---
return coroutine.create(string.rep)
---
return coroutine.create(5)
---
return coroutine.resume(5)
---
return coroutine.status()
---
return tostring(coroutine.running())
---
local co co = coroutine.create(function() return coroutine.running() == co, coroutine.status(co) end) return {coroutine.resume(co)}
---
local co co = coroutine.create(function() return coroutine.resume(co) end) local a, b, c = coroutine.resume(co) return {tostring(a), tostring(b), c}
---
local co1 co1 = coroutine.create(function() local co2 = coroutine.create(function() return coroutine.status(co1) end) return coroutine.resume(co2) end) return {coroutine.resume(co1)}
---
local co = coroutine.create(function() pcall(function() coroutine.yield(1) end) return 2 end) return {coroutine.resume(co)}
---
local co = coroutine.create(function() local ok, e = pcall(coroutine.yield, 1) return e end) return {coroutine.resume(co)}
---
local co = coroutine.create(function() table.sort({3,1,2}, function(a, b) coroutine.yield(1) return a < b end) end) return {coroutine.resume(co)}
---
local co = coroutine.create(function() local t = setmetatable({}, {__index = function(t, k) return coroutine.yield(k) end}) return t.x end) return {coroutine.resume(co)}
---
local co = coroutine.create(function() for k in function() return coroutine.yield(1) end do end end) return {coroutine.resume(co)}
---
local r = {} local co = coroutine.wrap(function(...) local n = select('#', ...) while n > 0 do n = n - coroutine.yield(n) end repeat local x = coroutine.yield('r') until x > 5 if coroutine.yield('if') then return 'yes' else return 'no' end end)
r[1] = co(1, 2, 3) r[2] = co(2) r[3] = co(1) r[4] = co(3) r[5] = co(6) r[6] = co(false) return r
---
local co = coroutine.wrap(function() local t = {} t.x, t.y = coroutine.yield(1), coroutine.yield(2) t[coroutine.yield(3)] = t.x .. t.y for k, v in pairs(t) do coroutine.yield(v) end return 'end' end)
local r = {co()} r[2] = co('a') r[3] = co('b') r[4] = co('k') table.sort({}) return {r[1], r[2], r[3], #tostring(r[4])}
---
local co = coroutine.wrap(function() local s = ("x"):rep(coroutine.yield(1)) return s, #s, -coroutine.yield(2), not coroutine.yield(3) end)
return {co(), co(3), co(4), co(nil)}
---
local fns = {} local co = coroutine.wrap(function() for i = 1, 3 do fns[i] = function() i = i + coroutine.yield(i) return i end end coroutine.yield(fns[2]()) end)
return {co(), co(5)}
---
local co = coroutine.wrap(function() return redis.call('set', KEYS[1], coroutine.yield('waiting')) end) return {co(), co('value'), redis.call('get', KEYS[1])}
---
local function f(n) if n == 0 then return coroutine.yield('deep') end return f(n - 1) + 1 end local co = coroutine.wrap(f) return {co(20), co(5)}
---
local co = coroutine.create(function() local x = nil; local y = coroutine.yield(1) + x end) coroutine.resume(co) local a, b = coroutine.resume(co, 1) return b
---
local co = coroutine.create(function() return undefinedthing() end) local a, b = coroutine.resume(co) return b
---
return tostring(coroutine.create(function() end)):match('^thread: 0x') ~= nil
---
return type(coroutine.create(function() end))
---
local co = coroutine.wrap(function(...) local a = {...} return #a, coroutine.yield(...) end) return {co(1,2,3), co(4, 5)}
