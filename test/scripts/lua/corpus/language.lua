local a <const> = 1
---
local x = 5; local function f() return x end; x = 6; return f()
---
local fs = {} for i = 1, 3 do local j = i * 10 fs[i] = function() j = j + 1 return j end end return {fs[1](), fs[1](), fs[2](), fs[3]()}
---
local function counter() local n = 0 return function() n = n + 1 return n end, function() return n end end local inc, get = counter() inc() inc() return get()
---
local function f(a, b, ...) local n = select("#", ...) return a, b, n, ... end return {f(1, 2, 3, 4)}
---
local function f(...) return ... end return {f(1, 2), f(3, 4), (f(5, 6))}
---
local function f(...) local a, b = ... return b, a end return {f(1, 2, 3)}
---
local function f(...) return #arg, arg.n, arg[1] end return {f(7, 8)}
---
local function f(...) local t = {...} return #t end return {f(), f(nil), f(1, nil), f(nil, 2)}
---
local function f(a, ...) return arg[1], a end return {f(1, 2)}
---
local t = {f = function(self, x) return self.v + x end, v = 10} return {t:f(5), t.f(t, 6)}
---
local t = {} function t.a() return 1 end function t:b() return self == t end t.c = {} function t.c.d() return 3 end function t.c:e() return self == t.c end return {t.a(), t:b(), t.c.d(), t.c:e()}
---
local a, b, c = 1, 2 return {a, b, tostring(c)}
---
local a, b = (function() return 1, 2, 3 end)() return {a, b}
---
local t = {(function() return 1, 2 end)(), (function() return 3, 4 end)()} return t
---
local t = {(function() return 1, 2 end)(), x = 1, (function() return 3, 4 end)()} return t
---
local a, b, c = 0, 0, 0 a, b, c = 1, 2 return {a, b, tostring(c)}
---
local i, t = 1, {} i, t[i] = i + 1, 20 return {i, t[1], tostring(t[2])}
---
local a = {1, 2} local x, y = 1, 2 x, y = y, x a[1], a[2] = a[2], a[1] return {x, y, a[1], a[2]}
---
local s = 0 for i = 1, 10 do if i % 2 == 0 then s = s + i end end return s
---
local s = 0 for i = 10, 1, -2 do s = s + i end return s
---
local r = {} for i = 1, 3 do for j = 1, 3 do if j == 2 then break end r[#r + 1] = i .. j end end return r
---
local r = {} for i = 0.1, 1, 0.3 do r[#r + 1] = tostring(i) end return r
---
local n = 0 for i = 1, 0 do n = n + 1 end for i = 5, 5 do n = n + 10 end return n
---
for i = 1, 10 do local x = i if x > 5 then return x end end
---
for i = "1", "3" do return i end
---
local r = {} for i = 3, 1 do r[1] = i end return #r
---
local x = 10 while x > 0 do x = x - 3 if x < 5 then break end end return x
---
local i = 0 repeat i = i + 1 local j = i * 2 until j >= 10 return i
---
local i = 0 repeat local f = function() return i end i = i + 1 if i == 3 then break end until false return i
---
if nil then return 1 elseif false then return 2 elseif 0 then return 3 else return 4 end
---
return {nil == false, 1 == "1", "a" == "a", {} == {}, 0 == -0, nil == nil}
---
return {not nil, not 0, not not "x", 1 and 2, nil and 1, false or 3, 1 or error("x"), nil or false}
---
return {1 + 2 * 3 ^ 2 ^ 0.5 > 10, 2 ^ -1, -2 ^ 2, not 1 == 2, 1 .. 2 == "12", "a" .. "b" == "ab" and 5}
---
return {5 - 3 - 1, 2 ^ 3 ^ 2, 7 / 7 / 7 < 1, 10 - -5, - -5, 1 < 2 == true}
---
return {#"abc" + 1, -#"abc", not #"" == 0}
---
do local x = 1 end return x
---
local x = 1 do local x = 2 end return x
---
local x = x return x
---
local function f() return g() end return f()
---
local f function f() return 1 end return f()
---
local function even(n) if n == 0 then return true end return odd(n - 1) end return even(2)
---
local even, odd function even(n) if n == 0 then return true end return odd(n - 1) end function odd(n) if n == 0 then return false end return even(n - 1) end return {even(10), odd(7)}
---
return (function(n) local function fact(n) return n <= 1 and 1 or n * fact(n - 1) end return fact(n) end)(10)
---
local mt = {__index = function(t, k) return k .. "!" end} local t = setmetatable({}, mt) return {t.foo, t.bar, rawget(t, "foo") == nil}
---
local base = {x = 1} base.__index = base local t = setmetatable({y = 2}, base) local u = setmetatable({}, {__index = t}) return {u.x, u.y, tostring(u.z)}
---
local log = {} local t = setmetatable({}, {__newindex = function(t, k, v) log[#log + 1] = k rawset(t, k, v) end}) t.a = 1 t.a = 2 t.b = 3 return {table.concat(log, ","), t.a}
---
local store = {} local t = setmetatable({}, {__newindex = store}) t.x = 5 return {store.x, tostring(rawget(t, "x"))}
---
local V = {} V.__index = V V.__add = function(a, b) return setmetatable({v = a.v + b.v}, V) end V.__eq = function(a, b) return a.v == b.v end V.__lt = function(a, b) return a.v < b.v end V.__le = function(a, b) return a.v <= b.v end V.__len = function() return 99 end V.__unm = function(a) return setmetatable({v = -a.v}, V) end V.__concat = function(a, b) return "cat" end V.__call = function(self, x) return self.v * x end V.__tostring = function(a) return "V" .. a.v end
local a, b = setmetatable({v = 1}, V), setmetatable({v = 2}, V) return {(a + b).v, a == b, a < b, a <= b, a > b, #a, (-a).v, a .. b, a .. "x", 1 .. a, b(10), tostring(a)}
---
local mt = {__lt = function(a, b) return a.v < b.v end} local a, b = setmetatable({v = 1}, mt), setmetatable({v = 2}, mt) return {a <= b, a >= b}
---
local a = setmetatable({}, {__sub = function() return "sub" end, __mul = function() return "mul" end, __div = function() return "div" end, __mod = function() return "mod" end, __pow = function() return "pow" end}) return {a - 1, 2 * a, a / a, a % 2, a ^ 2}
---
return setmetatable({}, {__lt = function() return true end}) < 1
---
return setmetatable({}, {}) < setmetatable({}, {})
---
return {getmetatable({}) == nil, getmetatable(setmetatable({}, {__metatable = "locked"}))}
---
setmetatable(setmetatable({}, {__metatable = 1}), {})
---
setmetatable({}, 5)
---
setmetatable({})
---
return tostring(setmetatable({}, {__tostring = function() return 5 end}))
---
return setmetatable({}, {__call = 5})()
---
local t = setmetatable({}, {__call = function(self, ...) return select("#", ...), ... end}) return {t(1, nil, 3)}
---
local t = setmetatable({}, {__index = setmetatable({}, {__index = function(_, k) return k end})}) return t.deep
---
return ({1, 2, 3})[2] .. ({x = {y = 5}}).x.y .. ("abc"):sub(2)
---
return {pcall(error)}
---
local ok, e = pcall(error, "x", 0) return {tostring(ok), e}
---
local ok, e = pcall(function() error("x", 1) end) return e
---
local ok, e = pcall(function() error("x", 2) end) return e
---
local function f() error("deep", 2) end local ok, e = pcall(function()
f() end) return e
---
local function f() error("deep", 3) end
local function g() f() end
local ok, e = pcall(function()
g()
end) return e
---
local ok, e = pcall(function() local x = nil; return x.y end) return e
---
local ok, e = pcall(function() return #nil end) return e
---
local ok, e = pcall(nil) return e
---
local ok, e = pcall(5, 6) return e
---
return {pcall(pcall, error, "x")}
---
return {select("#", pcall(function() return 1, nil, nil end))}
---
local ok, e = pcall(function() error({code = 5}) end) return e.code
---
local ok, e = pcall(function() error(setmetatable({}, {__tostring = function() return "custom" end})) end) return tostring(e)
---
local ok, e = xpcall(function() error("x") end, function(m) return "handled: " .. m end) return e
---
local ok, e = xpcall(function() local x = nil + 1 end, function(m) return "h:" .. m end) return e
---
return {xpcall(function() return 1, 2 end, function() end)}
---
return {xpcall(function() error("a") end, function(m) error("b") end)}
---
return xpcall(function() end)
---
local t = {} t.x.y = 1
---
local t = {} t.x.y.z = 1
---
local t = nil t.x = 1
---
local function f() end f().x = 1
---
local t = {} t.a.b()
---
local t = {} t:nope()
---
local t = {} t.nope()
---
local s = "x" s.y.z = 1
---
local s = "x" return s:nope()
---
local x = 5 x()
---
local x = 5 x.y()
---
return 5 .. {}
---
local t = {} return t .. "x"
---
local t = {} return "x" .. t.y
---
local a = "x" return a + 1
---
local a = {} return a + 1
---
local a = {} return 1 + a.b
---
local a = {} return a.b.c + 1
---
local a = {} return -a
---
local a return -a.b
---
local a = {} return a < 1
---
local a = {} return a < "x"
---
return nil < 1
---
return nil <= nil
---
return true < false
---
return {} <= {}
---
return print < print
---
local x = 1 local function f() return x.y.z end return f()
---
local x local function f() return x + 1 end return f()
---
local x local function f() x() end f()
---
local x = {} local function f() x.y() end f()
---
redis.nope()
---
redis.call.x()
---
string.nope("x")
---
KEYS[3].x = 1
---
KEYS.a.b = 1
---
return ARGV[9] .. "x"
---
return ARGV[9] + 1
---
return tonumber(ARGV[9]) + 1
---
return tonumber("x") + 1
---
return (1)(2)
---
return ("x")()
---
local a = {} a[nil] = 1
---
local a = {} return a[nil]
---
local a = {[nil] = 1}
---
local a = {} a[0/0] = 1
---
local a = {} return a[0/0]
---
local a = {} a[1.5] = 1 a[-1] = 2 a[0] = 3 a[2^53] = 4 return {a[1.5], a[-1], a[0], a[2^53], #a}
---
local a = {} a[true] = 1 a[false] = 2 local k = {} a[k] = 3 a[type] = 4 return {a[true], a[false], a[k], a[type]}
---
local a = {[1] = "a", [2] = "b", "x"} return {a[1], a[2]}
---
local a = {"x", [1] = "a"} return a[1]
---
local a = {1, 2, 3; 4, [10] = 5, n = 6,} return {#a, a[10], a.n}
---
return {["a b"] = 1}["a b"]
---
return loadstring("return ...")(5)
---
return {loadstring("syntax error here")}
---
local f, e = loadstring("return +", "=name") return e
---
local f, e = loadstring("return +", "@file.lua") return e
---
local f, e = loadstring("return +\nx") return e
---
local f, e = loadstring("x y", "line one\nline two") return e
---
return loadstring("x = 1")()
---
return loadstring(5)
---
local parts = {"return ", "1 ", "+ 2", nil} local i = 0 return load(function() i = i + 1 return parts[i] end)()
---
return load("return 1")
---
return {pcall(loadstring)}
---
local n = 0 local t = setmetatable({}, {__index = function(t, k) n = n + 1 return n end}) return {t.a, t.b, t.a}
---
return _G.redis == redis and _G._G == _G
---
return _G.nope
---
return rawget(_G, "nope") == nil
---
_G.x = 1
---
local g = _G g.tostring = 5
---
setmetatable(_G, nil)
---
setmetatable(redis, {})
---
getmetatable(_G).__index = nil
---
for k, v in pairs(nil) do end
---
for k, v in ipairs() do end
---
for k, v in 5 do end
---
for k in nil do end
---
for i, v in next, {1, 2, 3}, 1 do return v end
---
local r = {} for i, v in ipairs({1, nil, 3}) do r[#r + 1] = v end return r
---
local function iter(t, i) i = i + 1 if t[i] then return i, t[i] end end local r = {} for i, v in iter, {5, 6}, 0 do r[#r + 1] = i + v end return r
---
local r = {} for a, b, c in (function() local n = 0 return function() n = n + 1 if n < 3 then return n, n * 2, n * 3 end end end)() do r[#r + 1] = a + b + c end return r
---
local fs = {} for k, v in pairs({10, 20}) do fs[k] = function() v = v + 1 return v end end return {fs[1](), fs[1](), fs[2]()}
---
return math.floor(-0.5) == 0 and tostring(math.floor(-0.5))
---
return 0x10 + 0xFF + 1e2 + .5 + 5. + 3e-1
---
return {0xA, 1e3, 100 // 3}
---
return 1 ~= 2, 3
---
return 1; 
---
return
---
;
---
local t = {} ; ; return 1
---
return 1 return 2
---
break
---
while true do break break end
---
for i = 1 do end
---
for i in do end
---
for 1 = 1, 2 do end
---
if x then
---
if true then else elseif end
---
function f( end
---
function f(a, ..., b) end
---
function f(a,) end
---
local function end
---
local 5 = 1
---
local a, = 1
---
x = 
---
x =
y = 1
---
x
---
x.y
---
x:y
---
x + 1
---
(x)
---
f() = 1
---
a.b, c() = 1, 2
---
"x" = 1
---
local t = {1, 2
---
local t = {1 2}
---
local t = {a = }
---
local t = {[1 = 2}
---
return (1
---
return f(1
---
return f(1,
---
return a..
---
return ..
---
return ...
---
function f() return ... end
---
return function(...) return function() return ... end end
---
return 1 .. 2 ... 3
---
return "unfinished
---
return 'unfinished
---
return "unfinished\
---
return [[unfinished
---
return [==[unfinished]]
---
return [=x
---
--[[ unfinished comment
---
--[==[ comment ]==] return 1
---
-- comment
return 1 -- another
---
return 1e
---
return 0xg
---
return 1..2
---
return 3x
---
return 1.2.3
---
return @
---
return $x
---
return a ! b
---
return a != b
---
return ~1
---
return a & b
---
return a = b
---
until
---
end
---
repeat local x until
---
do
return 1
---
while true do
x = 1
---
if true then
  return 1
---
function f()
  if x then
end
---
goto = 5
---
local and = 1
---
return nil.x
---
return {}.x
---
return "x".y
---
return 5:foo()
---
f
(1)
---
local f = tostring
return f
(5)
---
return f"x"
---
return type"x" .. type{}
---
return ("x"):rep(2):upper()
---
local a.b = 1
---
function a.b:c.d() end
---
function a:b:c() end
---
return function end
---
local x = function() return 1 end() return x
---
return [[a]]:upper()
---
return #[[abc]]
---
local s = "\0" return #s .. s:byte()
---
return "\1\12\123\1234"
---
return 'a\zb'
---
local a = 1 local a = 2 return a
---
return a.1
---
return a.end
---
return (...)
---
return select('#', ...)
---
local x, y = ... return {tostring(x), tostring(y)}
---
return 5 5
---
x = 1 y = 2
---
return--
---
return not
---
return -
---
return #
---
return 2^
---
return {,}
---
return {;}
---
return {1,,2}
---
return f(,)
---
local function f(x, x) return x end return f(1, 2)
---
local _ENV = 1 return _ENV
---
if 1 == 1 then return "a" end return "b"
---
return tostring(function() end):match("^function: ") ~= nil, 1
---
return tostring({}):match("^table: 0x%x+$") ~= nil
---
return tostring(print)
---
local t = {1, 2, [1.5] = 3, [0.5] = 4, [2] = 5, [3] = 6} local n = 0 for k, v in pairs(t) do n = n + v end return {n, t[1.5], t[0.5], t[2], t[3], #t}
---
return {select("#", pcall(error, {})), select("#", pcall(error, {err = 1})), select("#", pcall(error, "x")), select("#", pcall(error, {err = true})), select(3, pcall(error, {err = true}))}
---
return {select("#", xpcall(function() error("x") end, function() end)), select("#", xpcall(function() error("x") end, function() return 1, 2 end)), xpcall({}, function(m) return m end)}
---
return coroutine.create(function() end) < "x"
---
return {{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}
---
return {{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}
---
do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end 
---
do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do do end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end 
---
return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return 1 end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end
---
return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return function() return 1 end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end end
---
return select(2, loadstring(("do "):rep(198) .. ("end "):rep(198))) == nil
---
return select(2, loadstring(("do "):rep(199) .. ("end "):rep(199)))
---
return select(2, loadstring("x =", ("n"):rep(100)))
---
return select(2, loadstring("x =", "@" .. ("n"):rep(100)))
---
return select(2, loadstring("x =", "=" .. ("n"):rep(100)))
---
return select(2, pcall(loadstring("error(1)", ("n"):rep(100))))
---
return select(2, pcall(loadstring("local x = nil + 1", ("n"):rep(100))))
---
local t = {} for i = 1, 500 do t = {t} end return t
---
local a = setmetatable({}, {__index = 5}) return a.x
---
local a = setmetatable({}, {__newindex = true}) a.x = 1
---
local a = setmetatable({}, {__add = {}}) return a + 1
---
local a = setmetatable({}, {__lt = "s"}) return a < a
---
local a = setmetatable({}, {__concat = 5}) return a .. 1
---
local a = setmetatable({}, {__unm = true}) return -a
---
local function f() error('x', 2) end local function g() return f() end local ok, e = pcall(g) return e
---
local function f() error('x', 2) end local function g() f() end local ok, e = pcall(g) return e
---
local function f() error('x', 3) end local function g() return f() end local function h() g() end local ok, e = pcall(h) return e
---
local function f() local x = nil + 1 end local function g() return f() end local ok, e = pcall(g) return e
---
local function f() error('x', 2) end f()
---
local function f() error('x', 2) end return f()
---
local function f(n) if n == 0 then error('x', 2) end return f(n - 1) end local ok, e = pcall(f, 3) return e
---
local t = setmetatable({}, {__index = function(t, k) error('idx', 2) end}) local ok, e = pcall(function() return t.x end) return e
---
local t = setmetatable({}, {__index = function(t, k) error('idx', 1) end}) local ok, e = pcall(function() return t.x end) return e
---
local t = setmetatable({}, {__index = function(t, k) error('idx', 3) end}) local ok, e = pcall(function() return t.x end) return e
---
local ok, e = pcall(error) return {tostring(ok), tostring(e)}
---
local ok, e = pcall(error, nil) return {tostring(ok), tostring(e)}
---
local ok, e = pcall(error, 'x', 1) return {tostring(ok), tostring(e)}
---
local ok, e = pcall(error, 'x', 2) return {tostring(ok), tostring(e)}
---
local ok, e = pcall(error, 'x', 3) return {tostring(ok), tostring(e)}
---
local a = 1 local function f() a = 2 return 1 end return {a + f()}
---
local x = {a=1} local function k() x = {a=5} return 'a' end return x[k()]
---
local a = 1 local function f() a = 2 return 1 end return {tostring(a < f())}
---
local a = 1 local function f() a = 2 return 1 end return {a .. f(), a}
---
local a = 1 local function f() a = 2 return 1 end local b = {a, f(), a} return b
---
local x = {a=1} local y = x local function k() x = {a=5} return 'b' end x.b = k() return {tostring(x.b), tostring(y.b)}
---
local x = {a=1} local y = x local function k() x = {a=5} return 'b' end x[k()] = 7 return {tostring(x.b), tostring(y.b)}
---
local i = 1 local t = {} local function k() i = 2 return 'b' end t[i] = k() return {tostring(t[1]), tostring(t[2])}
---
local i = 1 local t = {} i, t[i] = i + 1, 20 return {tostring(t[1]), tostring(t[2])}
---
local t = {1, 2, 3} local i = 1 t[i], i = 9, 2 return {t[1], t[2], i}
---
local a, b, c = (function() return 1, 2, 3 end)() return {a, b, c}
---
local a, b = 1, 2 local function f() a = 10 b = 20 return 1 end return {a * f(), b - f(), a ^ f(), a % f(), a / f()}
---
local a = 1 local function f() a = a + 1 return 1 end return {a + (f() + a), (a + f()) + (a + f())}
---
local a = 1 local function f() a = a + 1 return 1 end return {tostring(a == f()), tostring(a ~= f()), tostring(a <= f()), tostring(a > f()), tostring(a >= f())}
---
local a = 1 local function g() local function f() a = a + 1 return 1 end return {a + f(), tostring(a == f())} end return g()
---
local k = 'a' local function f() k = 'b' return 1 end local t = {[k] = f()} return {tostring(t.a), tostring(t.b)}
---
local k = 'a' local function f() k = 'b' return 1 end local t = {[k] = f(), [k] = f(), f(), k} return {tostring(t.a), tostring(t.b), tostring(t[2])}
---
local t = {v = 1} local u = t local function f() t = {v = 5} return 1 end return {t.v + f(), t.v + f()}
---
local t = {v = 1, m = function(self) return self.v end} local function f() t = {v = 5} return 'v' end return {t:m(f()), t.v}
---
local f = function(x) return 'old' .. x end local function g() f = function(x) return 'new' .. x end return 1 end return {f(g()), f(g())}
---
local total = 0 local function visit(n) if n == 0 then return 1 end total = total + visit(n - 1) return n end visit(5) return total
---
local s = 'a' local function f() s = 'b' return 'c' end return {s .. f() .. s, s .. f(), f() .. s}
---
local n = 5 local function f() n = -7 return 1 end return {-n + f(), n and f() + n}
---
local o = {} function o:err() error('x', 2) end local function g() return o:err() end local ok, e = pcall(g) return e
---
local function f() error('x', 3) end local function g() return f() end local function h()
g() end local ok, e = pcall(h) return e
