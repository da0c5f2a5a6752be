// Places on the globe, kept in sorted sets. How to read this: ../docs.ts
export const geo = `
GEOADD 3.2.0 O(log(N)) for each place, N: places of the set
Adds places by longitude and latitude
key [condition=NX|XX]@6.2.0 [change=CH]@6.2.0 (longitude:double latitude:double member)...

GEOPOS 3.2.0 O(N), N: places asked for
Reads where places are
key member...

GEODIST 3.2.0 O(log(N)), N: places of the set
Measures how far two places are apart
key member1 member2 [unit=M|KM|FT|MI]

GEOHASH 3.2.0 O(log(N)) for each place, N: places of the set
Gives places as geohashes of eleven characters
key member...

GEOSEARCH 6.2.0 O(N+log(M)), N: places in the box around the area, M: places in the area
Finds places in a circle or a box
key from=(FROMMEMBER member|FROMLONLAT (longitude:double latitude:double)) by=(circle=(BYRADIUS radius:double unit=(M|KM|FT|MI))|box=(BYBOX width:double height:double unit=(M|KM|FT|MI))) [order=ASC|DESC] [count=COUNT count:integer [ANY]] [WITHCOORD] [WITHDIST] [WITHHASH]
+ 7.0.0 units in capitals

GEOSEARCHSTORE 6.2.0 O(N+log(M)), N: places in the box around the area, M: places in the area
Stores the places in a circle or a box
destination:key source:key from=(FROMMEMBER member|FROMLONLAT (longitude:double latitude:double)) by=(circle=(BYRADIUS radius:double unit=(M|KM|FT|MI))|box=(BYBOX width:double height:double unit=(M|KM|FT|MI))) [order=ASC|DESC] [count=COUNT count:integer [ANY]] [STOREDIST]
+ 7.0.0 units in capitals

GEORADIUS 3.2.0 O(N+log(M)), N: places in the box around the circle, M: places of the set
Finds or stores places around a point
key longitude:double latitude:double radius:double unit=(M|KM|FT|MI) [WITHCOORD] [WITHDIST] [WITHHASH] [count=COUNT count:integer [ANY]@6.2.0] [order=ASC|DESC] [STORE key] [STOREDIST key]
- 6.2.0 GEOSEARCH and GEOSEARCHSTORE with BYRADIUS
+ 7.0.0 units in capitals

GEORADIUSBYMEMBER 3.2.0 O(N+log(M)), N: places in the box around the circle, M: places of the set
Finds or stores places around another place
key member radius:double unit=(M|KM|FT|MI) [WITHCOORD] [WITHDIST] [WITHHASH] [count=COUNT count:integer [ANY]] [order=ASC|DESC] [STORE key] [STOREDIST key]
- 6.2.0 GEOSEARCH and GEOSEARCHSTORE with BYRADIUS and FROMMEMBER
+ 7.0.0 units in capitals

GEORADIUS_RO 3.2.10 O(N+log(M)), N: places in the box around the circle, M: places of the set
Finds places around a point
key longitude:double latitude:double radius:double unit=(M|KM|FT|MI) [WITHCOORD] [WITHDIST] [WITHHASH] [count=COUNT count:integer [ANY]@6.2.0] [order=ASC|DESC]
- 6.2.0 GEOSEARCH with BYRADIUS

GEORADIUSBYMEMBER_RO 3.2.10 O(N+log(M)), N: places in the box around the circle, M: places of the set
Finds places around another place
key member radius:double unit=(M|KM|FT|MI) [WITHCOORD] [WITHDIST] [WITHHASH] [count=COUNT count:integer [ANY]] [order=ASC|DESC]
- 6.2.0 GEOSEARCH with BYRADIUS and FROMMEMBER
`
