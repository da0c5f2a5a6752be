return cjson.encode({1,2,3})
---
return cjson.encode({})
---
return cjson.encode({a=1})
---
return cjson.encode({1,nil,3})
---
return cjson.encode({[1]=1,[20]=2})
---
return cjson.encode({[1]=1,[5]=2})
---
return cjson.encode({[1.5]=1})
---
return cjson.encode({[true]=1})
---
return cjson.encode("a/b\"c\\d\n\t\1\127\200")
---
return cjson.encode(1/3) .. cjson.encode(1e20) .. cjson.encode(-0) .. cjson.encode(12345678901234567890)
---
return cjson.encode(1/0)
---
return cjson.encode(0/0)
---
return cjson.encode(function() end)
---
return cjson.encode({x=function() end})
---
return cjson.encode(nil)
---
return cjson.encode()
---
return cjson.encode(1,2)
---
return cjson.encode(cjson.null)
---
return cjson.encode({cjson.null, true, false, "x", {y={}}})
---
local t = {} t.t = t return cjson.encode(t)
---
local t = cjson.decode('{"a":[1,2,{"b":null}],"c":"\\u00e9\\ud83d\\ude00\\/","d":1.5e3,"e":true}') return {t.a[1], t.a[2], tostring(t.a[3].b), t.c, t.d, t.e}
---
return cjson.decode('')
---
return cjson.decode('[1,2')
---
return cjson.decode('[1,]')
---
return cjson.decode('{a:1}')
---
return cjson.decode('{"a" 1}')
---
return cjson.decode('{"a":1,}')
---
return cjson.decode('{"a":1 2}')
---
return cjson.decode('[1 2]')
---
return cjson.decode('1 2')
---
return cjson.decode('"abc')
---
return cjson.decode('"a\\qc"')
---
return cjson.decode('"a\\u12"')
---
return cjson.decode('"\\ud800"')
---
return cjson.decode('"\\udc00"')
---
return cjson.decode('"\\ud800\\u0041"')
---
return cjson.decode('tru')
---
return cjson.decode('nul')
---
return cjson.decode('xyz')
---
return {cjson.decode('0x10'), cjson.decode('1e2'), cjson.decode('-5'), cjson.decode('+5'), cjson.decode('007')}
---
return {tostring(cjson.decode('inf')), tostring(cjson.decode('-Infinity')), tostring(cjson.decode('-'))}
---
return cjson.decode('-')
---
return cjson.decode('-x')
---
return {tostring(cjson.decode('0x'))}
---
return cjson.decode(string.rep('[', 1001) .. string.rep(']', 1001))
---
return #cjson.decode(string.rep('[', 1000) .. string.rep(']', 1000))
---
return cjson.decode('\0\0')
---
return cjson.decode('[1]\0')
---
return cjson.decode(5)
---
return cjson.decode({})
---
return cjson.decode(nil)
---
return cjson.decode()
---
return #cjson.decode('[]')
---
return tostring(cjson.decode('null') == cjson.null)
---
return {cjson.encode_max_depth(), cjson.decode_max_depth(), cjson.encode_number_precision(), tostring(cjson.encode_keep_buffer()), tostring(cjson.encode_invalid_numbers()), tostring(cjson.decode_invalid_numbers()), tostring(cjson.encode_sparse_array())}
---
cjson.encode_max_depth(0)
---
cjson.encode_number_precision(20)
---
cjson.encode_invalid_numbers('foo')
---
cjson.encode_max_depth(1,2)
---
cjson.encode_sparse_array(true) local r = cjson.encode({[1]=1,[20]=2,[30]=3}):len() cjson.encode_sparse_array(false) return r
---
cjson.decode_invalid_numbers(false) local r = {pcall(cjson.decode, '0x10'), pcall(cjson.decode, 'nan')} cjson.decode_invalid_numbers(true) return r
---
cjson.decode_invalid_numbers(false) local a, r = pcall(cjson.decode, '0x10') cjson.decode_invalid_numbers(true) return r
---
return {cjson._NAME, cjson._VERSION, cmsgpack._NAME, cmsgpack._VERSION, cmsgpack._COPYRIGHT, cmsgpack._DESCRIPTION}
---
return cmsgpack.pack(1, 127, 128, 255, 256, 65535, 65536, 4294967295, 4294967296, 2^53, -1, -32, -33, -128, -129, -32768, -32769, -2147483648, -2147483649, -2^53)
---
return cmsgpack.pack(1.5, 0.1, 1/0, -1/0, 1e300)
---
return cmsgpack.pack('', 'abc', string.rep('x', 31), string.rep('x', 32), string.rep('x', 255), string.rep('x', 256))
---
return cmsgpack.pack(true, false, nil, {}, {1,2,3}, {1,nil,3}, {a=1}, {[1]=1,[3]=3})
---
return cmsgpack.pack({{{{{{{{{{{{{{{{{{{1}}}}}}}}}}}}}}}}}}})
---
local t = {} for i = 1, 20 do t[i] = i end return cmsgpack.pack(t)
---
return cmsgpack.pack(function() end, cjson.null)
---
return cmsgpack.pack()
---
return {cmsgpack.unpack(cmsgpack.pack(1, 'x', {1,2,{3}}, true, 1.5, -5, 300, -300, 70000, -70000, 2^40, -2^40))}
---
return {cmsgpack.unpack_one(cmsgpack.pack(1,2,3))}
---
return {cmsgpack.unpack_one(cmsgpack.pack(1,2,3), 2)}
---
return {cmsgpack.unpack_one(cmsgpack.pack(1,2,3), 5)}
---
return {cmsgpack.unpack_limit(cmsgpack.pack(1,2,3), 2)}
---
return {cmsgpack.unpack_limit(cmsgpack.pack(1,2,3), 2, 1)}
---
return {cmsgpack.unpack_limit(cmsgpack.pack(1,2,3), -2, 1)}
---
return {cmsgpack.unpack_limit(cmsgpack.pack(1,2,3), 0, 0)}
---
return cmsgpack.unpack('\xc1')
---
return cmsgpack.unpack('\193')
---
return cmsgpack.unpack('\217\5ab')
---
return cmsgpack.unpack('\146\1')
---
return {cmsgpack.unpack('')}
---
return cmsgpack.unpack({})
---
return {cmsgpack.unpack('\196\3abc\129\161a\5').a}
---
local t = cmsgpack.unpack('\129\161a\5') return t.a
---
return tostring(cmsgpack.unpack('\202\63\192\0\0')) .. tostring(cmsgpack.unpack('\203\63\185\153\153\153\153\153\154'))
---
return {bit.tobit(0xffffffff), bit.bnot(0), bit.band(0xff, 0x0f, 7), bit.bor(1,2,4), bit.bxor(5,3), bit.lshift(1,31), bit.rshift(-1,1), bit.arshift(-8,1), bit.rol(0x12345678,8), bit.ror(0x12345678,8), bit.bswap(0x12345678)}
---
return {bit.tohex(255), bit.tohex(255,4), bit.tohex(-1,-4), bit.tohex(0x12345678,2), bit.tohex(1, 20)}
---
return {bit.tobit(1.5), bit.tobit(2.5), bit.tobit(-1.5), bit.tobit(2^40+5), bit.tobit(2^53), bit.tobit(1e20), bit.tobit(2^31), bit.tobit("10")}
---
return bit.band()
---
return bit.band("x")
---
return {bit.lshift(1, 33), bit.rshift(1, -1), bit.rol(1, 32)}
---
return struct.pack('>I2i4bBhHlLT', 258, -2, -1, 255, -2, 65535, -3, 3, 4)
---
return struct.pack('<fd', 1.5, 0.1) .. struct.pack('>fd', 1.5, 0.1)
---
return struct.pack('s', 'abc') .. struct.pack('c3', 'abcdef') .. struct.pack('c0', 'abc') .. struct.pack('x')
---
return struct.pack('c5', 'abc')
---
return struct.pack('!4bi4', 1, 2) .. struct.pack('!8bd', 1, 2) .. struct.pack('!bi8', 1, 2)
---
return struct.pack('!3b', 1)
---
return struct.pack('y', 1)
---
return struct.pack('i40', 1)
---
return struct.pack('i16', -1)
---
return struct.pack('i4', 'x')
---
return struct.pack('i4')
---
return struct.pack()
---
return {struct.unpack('>I2i4b', struct.pack('>I2i4b', 258, -2, -1))}
---
return {struct.unpack('<hHlLbB', struct.pack('<hHlLbB', -2, 65534, -5, 5, -1, 255))}
---
local a, b, c = struct.unpack('>fd', struct.pack('>fd', 1.5, 0.1)) return {tostring(a), tostring(b), c}
---
return {struct.unpack('s', 'abc\0def')}
---
return {struct.unpack('bc0', '\3abcdef')}
---
return {struct.unpack('c3', 'abcdef', 2)}
---
return struct.unpack('c0', 'abc')
---
return struct.unpack('i4', 'abc')
---
return struct.unpack('s', 'abc')
---
return struct.unpack('i4', 'abcd', 0)
---
return struct.unpack('i4', 'abcd', 2)
---
return {struct.size('i4'), struct.size('!8bd'), struct.size('>i2 i3x'), struct.size('c10'), struct.size('lLT')}
---
return struct.size('s')
---
return struct.size('c0')
---
return struct.size('?')
---
return struct.pack('>I3', 0x123456) .. struct.pack('<I3', 0x123456)
---
return {struct.unpack('>I3', '\18\52\86')}
---
return {struct.unpack('<i8', struct.pack('<i8', -5)), struct.unpack('>I8', struct.pack('>I8', 2^60))}
---
return cjson.encode({[1700000000000] = 1}) .. cjson.encode({[2^31] = 1}) .. cjson.encode({[2^53] = {1}})
---
return cjson.encode({[2^31 - 1] = 1})
---
local mine = cjson.new() mine.encode_number_precision(3) mine.encode_sparse_array(true) mine.encode_max_depth(5) return {mine.encode(1/3), cjson.encode(1/3), mine.encode({[100] = 1}), mine.encode(cjson.null), tostring(mine.decode("null") == cjson.null), mine._NAME, mine._VERSION, tostring(mine.new ~= nil)}
---
local mine = cjson.new() mine.extra = 1 return {mine.extra, tostring(cjson.encode ~= mine.encode)}
---
return cjson.encode_sparse_array(true, -1)
---
return cjson.encode_sparse_array(true, 2, -1)
---
cjson.encode_invalid_numbers(true) local r = cjson.encode({0/0, 1/0, -1/0}) cjson.encode_invalid_numbers(false) return r
---
return cmsgpack.pack(0/0)
---
return cmsgpack.pack({1, 2, [1.5] = 3})
---
return {cmsgpack.unpack_limit(cmsgpack.pack(1, 2, 3), 0, 1)}
---
return {cmsgpack.unpack_limit("a", 0, 1)}
---
return {cmsgpack.unpack_limit(cmsgpack.pack(1, 2), 2^32)}
---
return cmsgpack.unpack_one("abc", 2^32)
---
return cmsgpack.unpack_one("abc", -2^32 + 1)
---
return struct.unpack("b", "abc", -1)
---
return {tostring(cmsgpack.unpack('\207\255\255\255\255\255\255\255\255')), tostring(cmsgpack.unpack('\207\127\255\255\255\255\255\255\255')), tostring(cmsgpack.unpack('\211\128\0\0\0\0\0\0\0'))}
