local a
return {
  a,
  nope.x
}
---
local a = {}
return {
  a,
  a.x.y
  .z
}
---
local a = {}
return tostring(
  a.x.y
)
---
local a = {}
return tostring(
  nope
)
---
local a = {}
return tostring(
  nope
  , 5
)
---
local a = {}
local b = a.x.y
  + 5
---
local a = {}
local b = (a.x.y
  
  )
---
local a = {}
local b = a.x.y
  :foo()
---
local a = {}
local b, c = a.x.y
  , 1
---
local a = {}
return {a.x.y
  ,
  1,
}
---
local a = {}
return {a.x.y
  ,

}
---
local a = {}
return {b = a.x.y

}
---
local a = {}
return {[1] = a.x.y

}
---
local a = {}
return a.x.y

and 1
---
return string.format('%d', 1, nope
   , 1)
---
return nope

.x
---
local f = {} return f.x.y

['a']
---
local a, b = {}, {} a.x.y
, b
 = 1, 2
---
return {string.find('abc', 'b\0x', 1), string.match('ab\0', '%z') or 'no', #string.gsub('ab\0', '\0', 'x')}
---
return {pcall(string.match, 'ab\0', '[\0]')}
---
return {loadstring('x = = 1', 'a\0b')}
---
return {load(function() return {} end)}
---
return {err = 'a\n\r\n'}
---
return {ok = 'a\n\r\n'}
---
return {err = '\na'}
local ok, e = pcall(function() local v2, a, b = nil, 1, 2 return ((a >= b) and v2).x end) return e
---
local ok, e = pcall(function() local v2, a, b = nil, 2, 1 return ((a >= b) and v2).x end) return e
---
local ok, e = pcall(function() local v2, a, b = nil, 2, 1 return (a and v2).x end) return e
---
local ok, e = pcall(function() local v2, a, b = nil, 2, 1 return (a or v2).x.y end) return e
---
local ok, e = pcall(function() local v2, a, b = nil, 2, 1 return ((a == b) or v2).x.y end) return e
---
local ok, e = pcall(function() local v2, a, b = nil, 2, 1 return (not a or v2).x.y end) return e
---
local ok, e = pcall(function() local v2, a, b = nil, 2, 1 return (not a or v2) + 1 end) return e
---
local ok, e = pcall(function() local v2, a, b = nil, 2, 1 return (true and v2) + 1 end) return e
---
local ok, e = pcall(function() local v2, a, b = nil, 2, 1 return (a >= b and v2) + 1 end) return e
---
local ok, e = pcall(function() local v2, a, b = nil, 2, 1 return 1 + (a >= b and v2) end) return e
---
local ok, e = pcall(function() local v2, a, b = nil, 2, 1 return -(a >= b and v2) end) return e
---
local ok, e = pcall(function() local v2, a, b = nil, 2, 1 return 'x' .. (a >= b and v2) end) return e
---
local ok, e = pcall(function() local v2, a, b = nil, 2, 1 return (a >= b and v2)() end) return e
---
local ok, e = pcall(function() local v2, a, b = nil, 2, 1 return (a >= b and v2):x() end) return e
---
local ok, e = pcall(function() local v2, a, b = nil, 2, 1; local c = (a >= b and v2) return c.x end) return e
---
local ok, e = pcall(function() local v2, a, b = nil, 2, 1 return (nil and v2).x end) return e
---
local ok, e = pcall(function() local v2, a, b = nil, 2, 1 return (1 and v2).x end) return e
---
local ok, e = pcall(function() local v2, a, b = nil, 2, 1 return (v2 or v2 or v2).x end) return e
---
local t = {1, 2} local function f() t = {3, 4} return 5, 6 end local o = t t.a, t.b = f(), f() return {o.a or 'none', o.b or 'none', t.a or 'none', t.b or 'none'}
---
local t = {1, 2} local o = t local k = 'a' local function f() t = {3, 4} k = 'c' return 5, 6 end t[k], t.b = f(), f() return {o.a or 'none', o.b or 'none', t.a or 'none', t.b or 'none', t.c or 'none', o.c or 'none'}
---
local t = {1, 2} local o = t local k = 'a' local function f() t = {3, 4} k = 'c' return 5, 6 end t[k], k = f(), f() return {o.a or 'none', o.b or 'none', t.a or 'none', t.b or 'none', t.c or 'none', o.c or 'none'}
---
local function r(n) if n == 0 then return 'done' end local ok, e = coroutine.resume(coroutine.create(r), n - 1) return ok and e or e end return r(190)
---
local function r(n) if n == 0 then return 'done' end local ok, e = coroutine.resume(coroutine.create(r), n - 1) return ok and e or e end return r(250)
---
local function r(n) if n == 0 then return 'done' end return pcall(r, n - 1) end return {r(190)}
---
local function r(n) if n == 0 then return 'done' end return (select(2, pcall(r, n - 1))) end return {r(250)}
---
local function r(n) if n == 0 then return 'done' end return (string.gsub('x', 'x', function() return r(n - 1) end)) end return {r(250)}
---
local function r(n) if n == 0 then return 'done' end return setmetatable({}, {__index = function() return r(n-1) end}).x end return {r(250)}
---
local most local function r(n) most = n if n == 400 then return 'done' end local ok, e = coroutine.resume(coroutine.create(r), n + 1) return ok and e or e end return {r(1), most}
---
local most local function r(n) most = n if n == 400 then return 'done' end return coroutine.wrap(r)(n + 1) end return {pcall(r, 1)}, most
---
local most local function r(n) most = n if n == 400 then return 'done' end return (string.gsub('x', 'x', function() return r(n + 1) end)) end return {select(2, pcall(r, 1)), most}
---
local most local function r(n) most = n if n == 400 then return 'done' end return (select(2, pcall(r, n + 1))) end return {select(2, pcall(r, 1)), most}
---
return redis.error_reply('a\0b')
---
return redis.status_reply('a\0b')
---
return {err = 'a b\0c'}
---
error('a\0b')
---
error({err = 'a b\0b'})
---
return redis.log(3.5, 'x')
---
return redis.log('3', 'x')
---
return redis.log('-0.5', 'x')
---
return redis.log(0/0, 'x')
---
return redis.log(-0.5, 'x')
---
return {pcall(redis.log, 4, 'x')}
---
return {(function() return xpcall(function() error(-32, 3) end, function(e) return e end) end)()}
---
return {pcall(function() return pcall(function() error('x', 3) end) end)}
---
return {pcall(function() return pcall(error, 'x', 2) end)}
---
return redis.error_reply('\rabc')
---
return redis.error_reply('-\rabc def\r\n')
---
return redis.error_reply('\r-abc def\r\n')
---
return {pcall(cmsgpack.unpack, '\134\192\101\196\016\106')}
---
return cmsgpack.unpack('\129\192\101')
---
return {tonumber('7', '10'), tonumber(nil, '10') or 'nil', pcall(tonumber)}
---
return {struct.unpack('B<fc0', '\157\064\174\068\157\030\005\000\052\140\034')}
---
return redis.setresp('3.5')
---
assert(false, 'a\0b')
---
return struct.pack('L', 0/0)
---
local t = setmetatable({}, {__newindex = function() end}) t[nil] = 1
---
local t = setmetatable({}, {__newindex = function() end}) t[0/0] = 1
---
return {pcall(rawset, {}, nil, 1)}
---
return {pcall(rawset, _G, 'a', 1)}
---
return {pcall(table.insert, string, 1)}
---
return bit.bor(1, {}, 'x')
---
return {big_number = '1\0002'}
---
local t = {
  a = 1,
  [nil] = 2,
  b = 3
}
---
local t = {
  a = 1,
  [KEYS[3]
  ] =
  2
  ,
  b = 3
}
---
return loadstring('return function\n() (' )
---
return {loadstring('return function\n(x) return {x\n(1)} ) end')}
---
local t = {tostring
(1)}
return t
---
local t = {tostring(2); tostring
(1) nope}
---
return {loadstring('return nil [[\nfirst newline skipped]]')}
---
return {loadstring('return nil [==[\r\na\r\nb]==]')}
---
-- What a function around others hands on counts as its own.
local s = 'local a0' for i = 1, 70 do s = s .. ', a' .. i end
for i = 1, 70 do s = s .. '\nfunction f' .. i .. '() a' .. i .. ' = 3' end
return {loadstring(s)}
---
return {string.gfind == string.gmatch, math.mod == math.fmod}
---
for a in string.rep, 'x' do end
---
for a in string.upper do end
---
for a in nil do end
---
-- A handler handles its own errors.
local n = 0
local ok, e = xpcall(function() error('x') end, function(e) n = n + 1 return e.msg .. 'x' end)
return {n, tostring(ok), e}
---
local ok, e = xpcall(function() error({}) end, function(e) if type(e) == 'table' then error('text') end return e end)
return {tostring(ok), e}
---
local all = {}
xpcall(function() error('x') end, function(e) all[#all + 1] = e error('deep' .. #all) end)
return all
---
return {xpcall(function() error('x') end, setmetatable({}, {__call = function() return 'called' end}))}
---
-- Past the limit of nested calls, a few more are left.
local n, t = 0
t = setmetatable({}, {__index = function(_, k) n = n + 1 return t[k .. 'x'] end})
local function f(d)
  if d == 0 then return t.y end
  local _, e = coroutine.resume(coroutine.create(function() return f(d - 1) end))
  error(e, 0)
end
local ok, e = pcall(f, 197)
return {n, e}
---
#!lua flags="no-writes"
return redis.call('SET', 'k', 1)
---
#!lua 'flags=allow-oom,"'
return 1
---
#!lua flags=no-writes "
return 1
---
#!lua flags="no-writes"x
return 1
---
#!lua	flags=no-writes  
return 1

---
local many = string.rep('a, ', 199)
return {loadstring('local a ' .. many:sub(1, -4) .. ' a = 1 return 1'), loadstring('local a ' .. many .. ' a = 1 return 1')}
---
local many = string.rep('a, ', 198)
return {type(loadstring('local a ' .. many .. ' a = 1 return 1'))}
---
local t
for i = 1, 300 do
  local inner = t
  t = setmetatable({}, {__tostring = function()
    return inner and
      tostring(inner) or 'x'
  end})
end
return tostring(t)
---
local t = {}
return t[("name")] + 1
---
local t = {}
t[(('name'))].x = 1
