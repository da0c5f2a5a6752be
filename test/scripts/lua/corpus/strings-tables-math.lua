return {string.byte("abc"), string.byte("abc", 2), string.byte("abc", -1), string.byte("abc", 10)}
---
return {string.byte("abc", 1, -1)}
---
return {string.byte("abc", 0)}
---
return {("abc"):byte(-10, 10)}
---
return string.char(72, 101, 108) .. string.char()
---
return string.char(256)
---
return string.char(-1)
---
return string.char("65", 66.7)
---
return string.char("x")
---
return {string.len("abc\0def"), #"\0\0"}
---
return string.lower("ABC\200Z") .. string.upper("abc\232z")
---
return string.rep("ab", 3) .. string.rep("x", 0) .. string.rep("x", 2.7)
---
return string.rep("x")
---
return string.reverse("abc\0")
---
return {string.sub("hello", 2, 3), string.sub("hello", -3), string.sub("hello", 2), string.sub("hello", 0), string.sub("hello", 10), string.sub("hello", -100, 2), string.sub("hello", 3, 2), string.sub("hello", 2, 100)}
---
return string.sub("hello")
---
return string.sub("hello", "x")
---
return string.sub("hello", nil)
---
return {string.find("hello", "l"), string.find("hello", "xyz"), string.find("hello", ""), string.find("hello", "", 10), string.find("hello", "", 6)}
---
return {string.find("hello", "l", -2)}
---
return {string.find("a.b", ".", 1, true), string.find("a.b", "%.")}
---
return {string.find("a+b", "+", 1, true)}
---
return {string.find("abc", "b", nil, true)}
---
return {string.find("hello world", "(o)( )(w)")}
---
return {string.find("hello", "()ll()")}
---
return {string.match("key = value", "^(%w+)%s*=%s*(%w+)$")}
---
return {string.match("2024-01-15", "(%d+)-(%d+)-(%d+)")}
---
return string.match("hello", "xyz")
---
return {string.match("  trim  ", "^%s*(.-)%s*$")}
---
return {string.match("[[x]]", "%[%[(.*)%]%]")}
---
return {string.match("abc", "[a-c]+"), string.match("abc", "[^a]+"), string.match("a-b", "[a%-]+"), string.match("]x", "[]]"), string.match("^x", "[%^]"), string.match("a]", "[]a]+")}
---
return {string.match("x=1, y=2", "y=(%d)"), string.match("THE (quick) fox", "%((%a+)%)")}
---
return {string.find("THE (quick) fox", "%((%a+)%)")}
---
return string.match("f(a(b)c)d", "%b()")
---
return {string.match("aXb", "%u"), string.match("aXb", "%U+"), string.match("a\0b", "%z"), string.match("a1!", "%p"), string.match("\t", "%c") == "\t"}
---
return {string.match("hello hello", "(%w+) %1"), string.match("hello world", "(%w+) %1")}
---
return {string.match("THE END", "%f[%a]%a+"), string.gsub("THE (quick) fox", "%f[%a]%a+", "X")}
---
return string.find("a", "%")
---
return string.find("a", "[a")
---
return string.find("a", "(a")
---
return string.find("a", "a)")
---
return string.find("a", "%1")
---
return string.find("a", "%b")
---
return string.find("a", "%f")
---
return string.find("a", "[%")
---
return string.find("b", "a[")
---
return string.find("aaa", "a-", 2)
---
return {string.gsub("hello world", "%w+", "<%0>"), string.gsub("abc", "", "-")}
---
return {string.gsub("abc", "%w", "%%%0"), string.gsub("abc", "b", "%"), string.gsub("abc", "(b)", "%1%1")}
---
return {string.gsub("abc", "b", "%2")}
---
return {string.gsub("hello", "l", {l = "L"}), string.gsub("hello", "[el]", {e = 3, l = false})}
---
return {string.gsub("hello", "(l)(.)", function(a, b) return b .. a end)}
---
return {string.gsub("hello", "l", function() return nil end), string.gsub("hello", "l", function() return false end), string.gsub("hello", "l", function() return 5 end)}
---
return string.gsub("hello", "l", function() return {} end)
---
return string.gsub("hello", "l", true)
---
return string.gsub("hello", "l")
---
return {string.gsub("hello", "l", "x", 1), string.gsub("hello", "l", "x", 0), string.gsub("hello", "l", "x", -1)}
---
return {string.gsub("abc abc", "^a", "x"), string.gsub("aaa", "^a", "x")}
---
return {string.gsub("hello world", "o", "0", "1")}
---
return {string.gsub("$name is $age", "%$(%w+)", {name = "Bob", age = 42})}
---
return {string.gsub("abc", ".", {a = 1, b = true})}
---
local t = {} for k, v in string.gmatch("a=1, b=2", "(%w+)=(%w+)") do t[#t+1] = k .. v end return t
---
local t = {} for w in string.gmatch("one two", "%a*") do t[#t+1] = "[" .. w .. "]" end return t
---
local t = {} for p in string.gmatch("abc", "()") do t[#t+1] = p end return t
---
local t = {} for w in string.gmatch("^a^b", "^%a") do t[#t+1] = w end return t
---
local t = {} for w in string.gfind("a b", "%a") do t[#t+1] = w end return t
---
return string.gmatch("a")
---
return {string.format("%d %i %u", 5, -5, 5), string.format("%5d|%-5d|%05d|%+d|% d", 42, 42, 42, 42, 42)}
---
return {string.format("%x %X %o %#x %#o", 255, 255, 8, 255, 8)}
---
return {string.format("%e %E %f %g %G", 12345.678, 12345.678, 12345.678, 12345.678, 0.00001234)}
---
return {string.format("%.3f|%10.2f|%-10.2f|%+.1f|%010.3f", 3.14159, 3.14159, 3.14159, 3.14159, -3.14159)}
---
return {string.format("%g %g %g %g", 1e20, 1e-5, 100000, 1000000), string.format("%.3g %#.3g", 1, 1)}
---
return {string.format("%s %s %s", "a", 1, 1.5), string.format("%10s|%-10s|%.2s", "abc", "abc", "abc")}
---
return string.format("%s", nil)
---
return string.format("%s", {})
---
return string.format("%s", true)
---
return string.format("%d", "10") .. string.format("%d", 3.7) .. string.format("%d", -3.7)
---
return string.format("%d", 2^31) .. "|" .. string.format("%d", 2^53) .. "|" .. string.format("%d", -2^63) .. "|" .. string.format("%x", -1) .. "|" .. string.format("%u", -1)
---
return string.format("%d", 1e100)
---
return string.format("%c%c%c", 72, 105, 33)
---
return string.format("%q", 'a\n"b"\\\0c\r')
---
return string.format("%5%")
---
return string.format("%")
---
return string.format("%y", 1)
---
return string.format("%d")
---
return string.format("%10.123f", 1)
---
return string.format("%123d", 1)
---
return string.format("%-+ #05d", 1)
---
return string.format("%------5d", 1)
---
return string.format("%5c|", 65) .. string.format("%-5c|", 65)
---
return string.format("%.0f %.0f %.0f %.0f", 0.5, 1.5, 2.5, 3.5)
---
return string.format("%.20f %.30g %.15e", 0.1, 0.1, 0.1)
---
return string.format("%f %e %g", 1/0, -1/0, 0/0)
---
return string.format("%5.1f|%05d|%+5d", 1/0, -42, 7)
---
return string.format("%.3s|%.0s|%s", "abcdef", "abc", "a\0b")
---
return string.format("%s", string.rep("x", 200)):len()
---
return string.format("%200s", "x")
---
return string.format("%99s", "x"):len()
---
return string.format("%a", 1)
---
return string.format("%i", "0x10")
---
return string.format("%.14g %.17g %.16g", 0.1, 0.1, 0.1)
---
return string.format("%5.3d|%-8.3d|%x", 5, 5, 3.9)
---
return string.format("%#X %#.0f %#g", 255, 3, 1.5)
---
return string.format(5)
---
return string.format()
---
return string.format("%%") .. string.format("100%%!")
---
return tostring(123) .. tostring(1.5) .. tostring(-0.1) .. tostring(1e300) .. tostring(1e-300) .. tostring(123456.789e3)
---
return {tostring(1e14), tostring(1e15), tostring(123456789012345), tostring(99999999999999), tostring(0.1), tostring(1/3), tostring(100), tostring(-1e-7)}
---
return {1e15 .. "", 2^63 .. "", 0.1 + 0.2 .. "", 1e100 .. "", -1e15 .. ""}
---
return {tostring(3.14159265358979), tostring(2^0.5), tostring(10/3), tostring(1e5), tostring(123e-7)}
---
return {tonumber("10"), tonumber("0x1p4"), tonumber("  5  "), tonumber("5x"), tonumber(""), tonumber("1e5"), tonumber("0x"), tonumber(".5"), tonumber("5."), tonumber("-5"), tonumber("- 5"), tonumber("+5")}
---
return {tonumber("10", 2), tonumber("ff", 16), tonumber("zz", 36), tonumber("8", 8), tonumber("-ff", 16), tonumber("1.5", 10), tonumber(" 11 ", 2), tonumber("0x10", 16)}
---
return tonumber("1", 1)
---
return tonumber("1", 37)
---
return tonumber({}, 16)
---
return tonumber()
---
return {tonumber(nil) == nil, tonumber(true) == nil, tonumber({}) == nil}
---
return {tostring(tonumber("inf")), tostring(tonumber("1e999")), tostring(tonumber("-inf")), tostring(tonumber("infinity"))}
---
return {"10" + 5, "3" * "4", 10 .. 20, "0x10" + 0, " 5 " + 1, -"2"}
---
return "abc" + 1
---
return {} .. "x"
---
return 1 .. nil
---
return ("x"):rep(3, ",")
---
return #("x"):rep(1000000)
---
local s = "" for i = 1, 1000 do s = s .. i end return #s
---
return {"a" < "b", "a" < "B", "" < "a", "a" < "aa", "Z" < "a", "\200" > "a", "a\0b" > "a\0a"}
---
return ("%d"):format(5) .. ("x"):upper()
---
return #"\65\066\x" 
---
return "a\
b" .. 'c"d' .. "e'f" .. [[g
h]] .. [==[ i ]] j]==]
---
return [[
first newline skipped]]
---
return "\a\b\f\n\r\t\v\\\"\'\z"
---
return "\999"
---
return table.concat({1, 2, 3}, ", ") .. table.concat({}, ",") .. table.concat({1, 2, 3}, "-", 2) .. table.concat({1, 2, 3}, "-", 2, 3) .. table.concat({"a", 1.5, "b"})
---
return table.concat({1, {}, 3})
---
return table.concat({1, nil, 3})
---
return table.concat({1, 2}, ",", 1, 5)
---
return table.concat(5)
---
return table.concat({1, 2}, {})
---
local t = {1, 2, 3} table.insert(t, 4) table.insert(t, 1, 0) table.insert(t, 3, 1.5) return table.concat(t, ",")
---
table.insert({}, 1, 2, 3)
---
table.insert({})
---
table.insert(nil, 1)
---
local t = {} table.insert(t, 5, "x") return {#t, t[5]}
---
local t = {1, 2, 3} table.insert(t, "2", "x") return table.concat(t, ",")
---
local t = {1, 2, 3} t[5] = "five" table.insert(t, 1, "x") local n = table.remove(t, 2) t[#t] = nil return {#t, n, t[1], t[2], t[3] or "-", t[4] or "-", t[5] or "-"}
---
local t, sum = {1, 2, 3}, "" for i = 1, 7 do table.insert(t, table.remove(t, 1)) t[#t + 1] = i sum = sum .. #t .. table.remove(t) end return sum .. table.concat(t, ",")
---
local t = {1, 2, 3, 4} local a = table.remove(t) local b = table.remove(t, 1) return {a, b, table.concat(t, ",")}
---
return {table.remove({}), table.remove({}, 1), #{table.remove({1}, 5)}}
---
local t = {5, 3, 8, 1} table.sort(t) return t
---
local t = {} for i = 1, 150000 do t[i] = i * 7919 % 150000 end table.sort(t) return {t[1], t[2], t[75000], t[150000]}
---
local t = {5, 3, 8, 1} table.sort(t, function(a, b) return a > b end) return t
---
local t = {"b", "a", "C", "", "aa"} table.sort(t) return t
---
table.sort({3, "a", 1})
---
table.sort({3, {}, 1})
---
table.sort({1, 2, 3}, 5)
---
table.sort({1, 2, 3, 4, 5}, function(a, b) return true end)
---
local t = {} for i = 1, 100 do t[i] = (i * 37) % 101 end local calls = {} table.sort(t, function(a, b) calls[#calls + 1] = a .. "<" .. b return a < b end) return {#calls, calls[1], calls[50], calls[#calls], t[1], t[100]}
---
return {table.getn({1, 2, 3}), table.maxn({1, 2, [10] = 3, [1.5] = 1}), table.maxn({})}
---
local r = {} table.foreach({10, 20}, function(k, v) r[#r + 1] = k .. "=" .. v end) table.foreachi({30, 40}, function(i, v) r[#r + 1] = i .. "=" .. v end) return r
---
return table.foreach({1, 2, 3}, function(k, v) if v == 2 then return "found" end end)
---
return table.setn({}, 1)
---
return {unpack({1, 2, 3})}
---
return {unpack({1, 2, 3}, 2)}
---
return {unpack({1, 2, 3}, 2, 5)}
---
return {select("#", unpack({1, nil, 3})), select("#", unpack({}, 1, 3))}
---
return unpack({}, 1, 8000)
---
return #{unpack({}, 1, 7000)}
---
return {select("#"), select("#", nil, nil), select(2, "a", "b", "c")}
---
return {select(-1, "a", "b", "c")}
---
return select(0, 1)
---
return select()
---
return {math.abs(-5), math.ceil(1.2), math.floor(-1.2), math.max(1, 5, 3), math.min(4, 2, 8), math.fmod(-7, 3), math.pow(2, 10), math.sqrt(16)}
---
return {tostring(math.fmod(7, 3)), tostring(math.fmod(-7, 3)), tostring(math.fmod(7, -3)), tostring(math.fmod(1, 0)), tostring(math.mod(7, 3))}
---
return {7 % 3, -7 % 3, 7 % -3, -7 % -3, 5.5 % 2, tostring(5 % 0), tostring(5 % (1/0)), tostring(-5 % (1/0))}
---
return {tostring(math.modf(3.7)), tostring(select(2, math.modf(3.75))), tostring(math.modf(-3.7)), tostring(select(2, math.modf(-3.75))), tostring(math.modf(1/0)), tostring(select(2, math.modf(1/0)))}
---
return {tostring(math.frexp(8)), tostring(select(2, math.frexp(8))), tostring(math.frexp(0)), tostring(math.frexp(0.3)), tostring(math.frexp(-5e-324)), tostring(select(2, math.frexp(5e-324))), math.ldexp(0.5, 4), tostring(math.ldexp(1, -1074))}
---
return {tostring(math.sin(1)), tostring(math.cos(1)), tostring(math.tan(1)), tostring(math.asin(0.5)), tostring(math.acos(0.5)), tostring(math.atan(1)), tostring(math.atan2(1, -1)), tostring(math.sinh(1)), tostring(math.cosh(1)), tostring(math.tanh(1)), tostring(math.exp(1)), tostring(math.log(10)), tostring(math.log10(1000)), tostring(math.deg(1)), tostring(math.rad(180)), tostring(math.pi), tostring(math.huge)}
---
return math.max()
---
return math.floor("x")
---
return math.floor()
---
return {math.floor("3.7"), math.max("10", 9)}
---
return {tostring(2^1023 * 2), tostring(-2^1023 * 2), tostring(math.sqrt(-1)), tostring((-8)^(1/3))}
---
math.randomseed(42) local a = {math.random(1000), math.random(1000), math.random(1, 6)} math.randomseed(42) return {a[1], a[2], a[3], math.random(1000)}
---
math.randomseed(0) return {math.random(100), math.random(100), tostring(math.random())}
---
math.randomseed(-5) return {math.random(100), math.random(1000000)}
---
return math.random(5, 1)
---
return math.random(1, 2, 3)
---
return 2^53 == 2^53 + 1
---
return {10 / 2, 7 / 2, 1e308 * 10 == math.huge, 0.1 + 0.2 == 0.3, 3 % math.huge}
---
return {#{1, 2, nil}, #{nil, nil, 3}, #{n = 1}, #{1, nil, 3}, #{nil}, #{1, 2, nil, 4}}
---
local t = {1, 2, 3, 4} t[4] = nil t[2] = nil return #t
---
local t = {} for i = 1, 10 do t[i] = i end for i = 10, 5, -1 do t[i] = nil end return {#t, #t + 1}
---
local t = {} t[1] = 1 t[2] = 2 t[4] = 4 return #t
---
local t = {1, 2, 3} t[#t + 1] = 4 t[#t] = nil t[#t] = nil return #t
---
local t = {} t[3] = 3 t[2] = 2 t[1] = 1 return {#t, t[1], t[2], t[3]}
---
local t = {10, 20, 30, nil, 50} local n = 0 for k, v in pairs(t) do n = n + v end return {n, #t}
---
local t = {a = 1, b = 2, c = 3} for k in pairs(t) do t[k] = nil end return next(t) == nil
---
local t = {} for i = 1, 20 do t[i] = i end for k, v in pairs(t) do if v % 2 == 0 then t[k] = nil end end local n = 0 for k, v in pairs(t) do n = n + v end return n
---
local t = {1, 2, 3} local r = {} for i, v in ipairs(t) do r[#r + 1] = i * v if i < 5 then t[i + 3] = v end end return r
---
return next({}, "x")
---
return next({a = 1}, "b")
---
local t = {1, 2} return {next(t), next(t, 1), next(t, 2)}
---
return {rawequal(1, 1), rawequal("a", "a"), rawequal({}, {}), rawget({5}, 1), rawset({}, 1, 2)[1]}
---
return rawget(5, 1)
---
return rawset({}, nil, 1)
---
return rawequal(1)
---
return {type(nil), type(1), type("x"), type({}), type(print == nil), type(type), type(cjson.null)}
---
return type()
---
return assert(false)
---
return assert(nil, "message")
---
return assert(false, {err = "x"})
---
return {assert(1, 2, 3)}
---
return assert()
---
assert(redis.call("set", KEYS[1], ARGV[1]) .ok == "OK") return 1
---
return {string.format("%#g|%#.0g|%#.3g|%#10.1g|%#e|%#.0e|%#.0f", 1e5, 256, 256, 3.14, 1.5, 1.5, 3)}
---
return string.format("%\0", 1)
---
return {tostring(math.ldexp(0, 65535)), tostring(math.ldexp(1/0, -5000)), tostring(math.ldexp(5e-324, 2097)), math.ldexp(1, 2^32), tostring(math.ldexp(1, -1074))}
---
return {tostring(select(2, math.modf(-3))), tostring(select(2, math.modf(-1/0))), tostring(select(2, math.modf(3)))}
---
return {tonumber("0xFF", 35), tonumber("0x1F", 16), tonumber("-0x1F", 16), tonumber("12\0x", 8), tostring(tonumber("0x", 16))}
---
return {tonumber("5\0x"), "5\0" + 1, tostring(tonumber("nan(1)")):sub(-3), tostring(tonumber("5x\0"))}
---
local r = {} for i = 1e-5, 1 do r[#r + 1] = string.format("%.17g", i) end for i = 1, 2, 1/0 do r[#r + 1] = "never" end for i = 0.3, 1, 0.35 do r[#r + 1] = string.format("%.17g", i) end return r
---
return {string.rep("ab", 2^32 + 2), select(2^32 + 1, 1, 2), string.char(2^32 + 65), string.gsub("aaa", "a", "b", 2^32 + 1)}
---
return math.random(2^32)
---
return {pcall(math.fmod), pcall(math.atan2), pcall(math.pow), pcall(math.ldexp)}
---
return math.atan2("x", "y")
---
return rawget()
---
return rawequal()
---
return tonumber({}, "x")
---
return load("x", {})
---
return {pcall()}
