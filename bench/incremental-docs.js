// The table and the picture of docs/persistence.md, of the same rows as the table in RESULTS.md: they cannot differ.
const megabytes = (bytes) => (bytes >= 5e3 ? `${round(bytes / 1e6, 2)} MB` : '')
const round = (number, digits) => String(Number(number.toPrecision(digits)))
const milliseconds = (ms) => `${round(ms, ms >= 100 ? 3 : 2)} ms`
const short = (keys) => (keys >= 1e6 ? `${keys / 1e6} M` : `${keys / 1e3} k`)

function incrementalTable(rows) {
  return [
    '| keys | changed | next save | its bytes | whole pages instead | full save |',
    '|---|---|---|---|---|---|',
    ...rows.map(({ size, share, ms, bytes, fullMs, fullBytes, pagesMs, pagesBytes }, i) => {
      const full = i === 0 || rows[i - 1].size !== size ? `${milliseconds(fullMs)}, ${megabytes(fullBytes)}` : ''
      const pages = `${megabytes(pagesBytes)}, ${milliseconds(pagesMs)}`
      return `| ${short(size)} | ${share * 100} % | ${milliseconds(ms)} | ${megabytes(bytes)} | ${pages} | ${full} |`
    }),
  ].join('\n')
}

/** Share changed against time, both logarithmic; the full save of each size as a dashed line. */
export function incrementalPlot(rows) {
  const [width, height, left, bottom, right, top] = [640, 380, 60, 50, 150, 30]
  const x = (share) => left + ((Math.log10(share) + 3) / 3) * (width - left - right)
  const y = (ms) => height - bottom - ((Math.log10(Math.max(ms, 0.1)) + 1) / 4) * (height - top - bottom)
  const colours = ['#2a9d8f', '#457b9d', '#c1121f']
  const lines = [...new Set(rows.map(({ size }) => size))].map((size, i) => {
    const own = rows.filter((row) => row.size === size)
    const points = own.map(({ share, ms }) => `${x(share).toFixed(1)},${y(ms).toFixed(1)}`)
    const dots = points.map((point) => `<circle cx="${point.replace(',', '" cy="')}" r="3" fill="${colours[i]}"/>`).join('')
    const full = y(own[0].fullMs).toFixed(1)
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${colours[i]}" stroke-width="2"/>${dots}<line x1="${left}" x2="${width - right}" y1="${full}" y2="${full}" stroke="${colours[i]}" stroke-dasharray="5 4" opacity="0.6"/><text x="${width - right + 8}" y="${Number(full) + 4}" fill="${colours[i]}">${size.toLocaleString('en')} keys</text>`
  })
  const shares = [...new Set(rows.map(({ share }) => share))].map(
    (share) => `<text x="${x(share).toFixed(1)}" y="${height - bottom + 18}" text-anchor="middle">${share * 100} %</text>`,
  )
  const times = [0.1, 1, 10, 100, 1000].map(
    (ms) =>
      `<text x="${left - 8}" y="${y(ms) + 4}" text-anchor="end">${ms} ms</text><line x1="${left}" x2="${width - right}" y1="${y(ms)}" y2="${y(ms)}" stroke="#8884" />`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="#888"><title>The next save, by how much has changed</title><text x="${left}" y="16">time of the next save; dashed: a full save</text>${times.join('')}${shares.join('')}<text x="${(left + width - right) / 2}" y="${height - 10}" text-anchor="middle">keys changed at random places since the last save</text>${lines.join('')}</svg>\n`
}

/** Puts the table in place of the one that is there. */
export function withIncrementalTable(text, rows) {
  const old = /^\| keys \| changed \| next save \|.*\n(?:\|.*\n)+/m
  if (!old.test(text)) throw new Error('docs/persistence.md has no table of incremental saves')
  return text.replace(old, () => `${incrementalTable(rows)}\n`)
}
