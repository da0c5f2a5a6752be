// What is changed in files of Redis's test suite before it runs: the text that is looked for, and what takes its place.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** By file, below `tests`. */
const EDITS = {
  'support/server.tcl': [
    // An error in a test is that test's failure, also if it happens within a server that the test starts. Otherwise the test
    // passes. After an error elsewhere the next block goes on, but the server around this one was ended too, and with it the unit.
    [
      /!\$assertion && \$::durable(\} \{[\s\S]*?\n( +)send_data_packet \$::test_server_fd err \[join \$details "\\n"\]\n)/,
      '$::cur_test eq "" && $::durable$1$2set ::tags [lrange $::tags 0 end-[llength $tags]]\n$2return\n',
    ],
    // So is a server that does not start.
    [/^ {4}send_data_packet \$::test_server_fd err \$err\n/m, '    if {$::cur_test ne ""} {error $err}\n$&'],
    // One that has ended without a word is not waited for.
    [
      /\$maxiter == 0(?=\} \{\n\s+start_server_error)/,
      '$& || ([catch {exec kill -0 $pid}] && ![regexp " PID: $pid|Failed listening" [exec cat $stdout]])',
    ],
  ],
  'unit/cluster-scripting.tcl': [
    // The one cluster here: a node that has all slots from the start.
    ['external:skip cluster', 'external:skip'],
    ['    r 0 cluster addslotsrange 0 16383\n', ''],
  ],
  'support/aofmanifest.tcl': [
    // A test that fails leaves no server behind, whose directory the next one needs.
    [
      '    uplevel 1 $code\n    kill_server $srv\n',
      '    set failed [catch {uplevel 1 $code} result options]\n    kill_server $srv\n    if {$failed} {return -options $options $result}\n',
    ],
  ],
}

export const isEdited = (name) => name in EDITS

/** Writes the files that are changed. @throws if one of them is not as it is in the release that this is for */
export function writeEdited(source, dir) {
  for (const [name, edits] of Object.entries(EDITS)) {
    let text = readFileSync(join(source, 'tests', name), 'utf8')
    for (const [old, replacement] of edits) {
      const edited = text.replace(old, replacement)
      if (edited === text) throw new Error(`tests/${name} of Redis's source has no ${String(old)}`)
      text = edited
    }
    writeFileSync(join(dir, 'tests', name), text)
  }
}
