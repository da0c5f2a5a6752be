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
---
local y = coroutine.yield
local co = coroutine.wrap(function() local n = 0 while y('while') < 3 do n = n + 1 end repeat n = n + y('repeat') until n > 5 return n end)
return {co(), co(1), co(2), co(3), co(1), co(2), co(4)}
---
local y = coroutine.yield
local co = coroutine.wrap(function() local n = 0 while true do n = n + 1 if n == 2 then y(n) break end end repeat n = n + 1 if y(n) then break end until false for i = 1, 10 do if y(i) then break end end for _, v in ipairs({7, 8, 9}) do if y(v) then break end end return 'end' end)
return {co(), co(), co(false), co(true), co(false), co(true), co(false), co(true)}
---
local y = coroutine.yield
local co = coroutine.wrap(function() while true do return y('while') end end)
local co2 = coroutine.wrap(function() repeat return y('repeat') until true end)
local co3 = coroutine.wrap(function() for i = 1, 2 do return y('for') end end)
local co4 = coroutine.wrap(function() for k in pairs({a = 1}) do return y(k) end end)
local co5 = coroutine.wrap(function() do return y('do') end end)
return {co(), co(1), co2(), co2(2), co3(), co3(3), co4(), co4(4), co5(), co5(5)}
---
local y = coroutine.yield
local co = coroutine.wrap(function() local r = {} r[#r + 1] = (y('a')) .. (y('b')) r[#r + 1] = tostring(y('c') == y('d')) r[#r + 1] = tostring(y('e') ~= y('f')) r[#r + 1] = tostring(y('g') < y('h')) r[#r + 1] = tostring(y('i') <= y('j')) r[#r + 1] = tostring(y('k') > y('l')) r[#r + 1] = tostring(y('m') >= y('n')) r[#r + 1] = y('o') % y('p') r[#r + 1] = -y('q') r[#r + 1] = #y('r') r[#r + 1] = tostring(not y('s')) return table.concat(r, ' ') end)
return {co(), co('x'), co('y'), co(1), co(1), co(1), co(1), co(1), co(2), co(2), co(2), co(3), co(2), co(2), co(2), co(7), co(4), co(5), co('abc'), co(false)}
---
local y = coroutine.yield
local co = coroutine.wrap(function() local a = y('a') and y('b') local c = y('c') or y('d') local e = y('e') and y('f') or y('g') return tostring(a) .. tostring(c) .. tostring(e) end)
return {co(), co(true), co(2), co(false), co(4), co(nil), co(7)}
---
local y = coroutine.yield
local co = coroutine.wrap(function() local t = {[y('key')] = y('value'), y('item'), y('more')} t[y('at')], t.x = y('set'), y('x') return t.k, t[1], t[2], t[3], t.x, t[y('index')] end)
return {co(), co('k'), co('v'), co('i'), co('m', 'n'), co(2), co('s'), co('x1'), co('k')}
---
local y = coroutine.yield
local object = {n = 1, add = function(self, by) self.n = self.n + by return self end}
local co = coroutine.wrap(function() local o = y('object') return o:add(y('by')):add(y('again')).n, (y('one', 'two')) end)
return {co(), co(object), co(5), co(10), co(1, 2)}
---
local y = coroutine.yield
local co = coroutine.wrap(function() for i = y('from'), y('to'), y('step') do local f = function() return i end y(f()) end for a, b in y('iterator') do y(a .. tostring(b)) end end)
return {co(), co(4), co(1), co(-2), co(), co(), co(pairs({z = 1})), co()}
---
local y = coroutine.yield
local co = coroutine.create(function() for i = 1, y('to') do end end)
local a, b = coroutine.resume(co) local c, d = coroutine.resume(co, 'x') return {b, tostring(c), d}
---
local co = coroutine.create(function() if coroutine.yield(1) then coroutine.yield('then') elseif coroutine.yield(2) then return 'elseif' else return coroutine.yield('else') end return 'after' end)
local r = {} for _, v in ipairs({true, false, false, 5, 6}) do local ok, x = coroutine.resume(co, v) r[#r + 1] = tostring(x) r[#r + 1] = coroutine.status(co) end return r
---
local y = coroutine.yield
local co = coroutine.wrap(function() local boxed, plain = y(1), y(2) local f = function() boxed = boxed + 1 return boxed end plain = y(3) boxed = y(f()) return boxed, plain, f() end)
return {co(), co(10), co(20), co(30), co(40)}
---
local co = coroutine.wrap(function() error('x', 2) end) local ok, e = pcall(co) return e
---
local co = coroutine.create(function() error('x', 2) end) local ok, e = coroutine.resume(co) return e
---
local co = coroutine.create(function() local function f() coroutine.yield() error('x', 2) end f() end) coroutine.resume(co) local function deep(n) if n > 0 then deep(n-1) end end deep(5) local ok, e = coroutine.resume(co) return e
---
local co = coroutine.create(function() local function f() coroutine.yield() error('x', 3) end local function g()
f()
end
g()
end) coroutine.resume(co) local function deep(n) if n > 0 then deep(n-1) end end deep(5) local ok, e = coroutine.resume(co) return e
---
local co = coroutine.create(function() local x = coroutine.yield() local y = x.y.z end) coroutine.resume(co) local ok, e = coroutine.resume(co, {}) return e
---
local co = coroutine.create(function() local x = coroutine.yield().y.z end) coroutine.resume(co) local ok, e = coroutine.resume(co, {}) return e
---
local co = coroutine.create(function() local t = {} t[coroutine.yield()] = 1 end) coroutine.resume(co) local ok, e = coroutine.resume(co) return e
---
local co = coroutine.create(function() return ('x'):rep(coroutine.yield()) end) coroutine.resume(co) local ok, e = coroutine.resume(co, {}) return e
---
local co = coroutine.create(function() return ('x'):foo(coroutine.yield()) end) local ok, e = coroutine.resume(co) return {tostring(ok), tostring(e)}
---
local co = coroutine.create(function() return ('x'):foo(coroutine.yield()) end) local ok, e = coroutine.resume(co) ok, e = coroutine.resume(co) return {tostring(ok), tostring(e)}
---
local co = coroutine.create(function() return nil + coroutine.yield() end) coroutine.resume(co) local ok, e = coroutine.resume(co, 1) return e
---
local co = coroutine.create(function() local a = 'x' return a < coroutine.yield() end) coroutine.resume(co) local ok, e = coroutine.resume(co, 1) return e
---
local co = coroutine.create(function() local a = 'x' return a .. coroutine.yield() end) coroutine.resume(co) local ok, e = coroutine.resume(co, {}) return e
---
local a = 1 local function f() a = a + 1 return 1 end local co = coroutine.wrap(function() local b = 1 local function g() b = b + 5 coroutine.yield(1) return 2 end return b + g() end) return {co(), co()}
---
local function f() error('x', 2) end local co = coroutine.wrap(function() return f() end) local ok, e = pcall(co) return e
---
local function f() error('x', 2) end local co = coroutine.wrap(function() f() end) local ok, e = pcall(co) return e
---
local function f() error('x') end local co = coroutine.wrap(function() return f() end) local ok, e = pcall(co) return e
---
local function f() error('x') end local co = coroutine.wrap(function() f() end) co()
---
local function f() string.rep() end local co = coroutine.wrap(function() f() end) co()
---
coroutine.wrap(function() string.rep() end)()
---
coroutine.wrap(function() return string.rep() end)()
---
coroutine.wrap(function() local x = nil + 1 end)()
---
coroutine.wrap(string.rep)()
---
coroutine.wrap(redis.call)()
---
local t = setmetatable({}, {__index = function() return nil + 1 end}) coroutine.wrap(function() return t.x end)()
---
coroutine.wrap(function() redis.call('nosuch') end)()
---
coroutine.wrap(function() return redis.call('nosuch') end)()
---
local ok, e = coroutine.resume(coroutine.create(function() redis.call('nosuch') end)) return e
---
local ok, e = coroutine.resume(coroutine.create(function() redis.call('nosuch') end)) return {type(e), tostring(e.err)}
---
local seen = 'no' local co = coroutine.create(function() local t = {[0/0] = 1, (function() seen = 'yes' end)()} end) local ok, e = coroutine.resume(co) return {seen, e}
---
local co = coroutine.wrap(function() return {x = 1, [coroutine.yield(1)] = coroutine.yield(2), unpack({1, nil, 3})} end) co() co('k') local t = co('v') return {t.k, t.x, #t}
---
local co = coroutine.create(function() return #{unpack({1, nil, 3})} end) return {coroutine.resume(co)}
---
-- What wrap lets through gets the place of the call, a number too.
local f = coroutine.wrap(function() error(5, 0) end)
local ok, e = pcall(function()
  f()
end)
return {tostring(ok), type(e), e}
---
-- A function that ends with a call of error is still there for its level.
local co = coroutine.create(function()
  local x = (function() return error('two', 2) end)()
end)
return {select(2, coroutine.resume(co))}
