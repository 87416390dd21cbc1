/**
 * The page's own script: draws the charts with uPlot, in the colours of the page, as wide as their places, and again when
 * the colour scheme changes. Plain JavaScript: it runs in the reader's browser as it stands.
 */
export const PAGE_SCRIPT: string = String.raw`(() => {
  const data = JSON.parse(document.getElementById('data').textContent)
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
  const two = (n) => String(n).padStart(2, '0')
  const day = (d) => d.getUTCDate() + ' ' + months[d.getUTCMonth()]
  const clock = (d) => two(d.getUTCHours()) + ':' + two(d.getUTCMinutes())
  const tick = (s) => {
    const d = new Date(s * 1000)
    return clock(d) === '00:00' ? day(d) : clock(d)
  }
  const moment = (s) => {
    const d = new Date(s * 1000)
    return day(d) + ' ' + clock(d) + ' UTC'
  }
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim()
  const lines = ['line-1', 'line-2', 'line-3', 'line-4', 'line-5', 'line-6']
  const most = (columns) => columns.flat().reduce((top, v) => (v === null ? top : Math.max(top, v)), 0)

  // Outages behind everything, the target and restarts above.
  const marks = (options) => ({
    hooks: {
      drawClear: [
        (u) => {
          const { ctx, bbox } = u
          for (const { start, end, silent } of data.outages) {
            const left = Math.max(bbox.left, u.valToPos(start, 'x', true))
            const right = Math.min(bbox.left + bbox.width, u.valToPos(end, 'x', true))
            if (right < bbox.left || left > bbox.left + bbox.width) continue
            ctx.fillStyle = colour(silent ? 'down' : 'failing')
            ctx.fillRect(left, bbox.top, Math.max(2, right - left), bbox.height)
          }
        },
      ],
      draw: [
        (u) => {
          const { ctx, bbox } = u
          ctx.save()
          ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio])
          ctx.lineWidth = devicePixelRatio
          const y = u.valToPos(options.target, 'y', true)
          if (y >= bbox.top - 1 && y <= bbox.top + bbox.height) {
            ctx.strokeStyle = colour('limit')
            ctx.beginPath()
            ctx.moveTo(bbox.left, y)
            ctx.lineTo(bbox.left + bbox.width, y)
            ctx.stroke()
          }
          if (options.restarts) {
            ctx.strokeStyle = colour('muted')
            for (const at of data.restarts) {
              const x = u.valToPos(at, 'x', true)
              if (x < bbox.left || x > bbox.left + bbox.width) continue
              ctx.beginPath()
              ctx.moveTo(x, bbox.top)
              ctx.lineTo(x, bbox.top + bbox.height)
              ctx.stroke()
            }
          }
          ctx.restore()
        },
      ],
    },
  })

  const shown = (unit, decimals) => (u, v) => (v === null || v === undefined ? '–' : v.toFixed(decimals) + ' ' + unit)
  const line = (label, name, value, more) => ({
    label,
    stroke: colour(name),
    width: 1.75,
    value,
    points: { show: false },
    ...more,
  })
  const dots = (label, name, value, size) => ({
    label,
    stroke: colour(name),
    paths: () => null,
    points: { show: true, size, width: 0, fill: colour(name), space: 0 },
    value,
  })
  const bars = (label, name, value) => ({
    label,
    stroke: colour(name),
    fill: colour(name),
    paths: uPlot.paths.bars({ size: [0.75, 44] }),
    points: { show: false },
    value,
  })

  const charts = {
    'chart-cycles': () => {
      const { cycles, stretches } = data
      const few = { points: { show: stretches.time.length <= 60, size: 5 } }
      const value = shown('s', 2)
      return {
        rows: uPlot.join([
          [cycles.time, cycles.good, cycles.bad],
          [stretches.time, stretches.p50, stretches.p95],
        ]),
        series: [
          dots('cycle', 'dot', value, 3),
          dots('not successful', 'bad', value, 6),
          line('p50', 'line-1', value, few),
          line('p95', 'line-2', value, few),
        ],
        top: most([cycles.good, cycles.bad, stretches.p95]) * 1.1,
        unit: 's',
        target: data.targets.cycle,
      }
    },
    'chart-success': () => {
      const { time, success } = data.stretches
      const value = shown('%', 1)
      return {
        rows: [
          time,
          success.map((v) => (v !== null && v > data.targets.success ? v : null)),
          success.map((v) => (v !== null && v <= data.targets.success ? v : null)),
        ],
        series: [bars('on target', 'good', value), bars('below', 'bad', value)],
        top: 100,
        unit: '%',
        target: data.targets.success,
      }
    },
    'chart-freshness': () => {
      const value = shown('s', 0)
      return {
        rows: uPlot.join(data.lag.map(({ time, value: its }) => [time, its])),
        series: data.lag.map(({ name }, i) =>
          line(name, lines[i % lines.length], value, { paths: uPlot.paths.stepped({ align: 1 }), fill: data.lag.length === 1 ? colour('area') : undefined }),
        ),
        top: Math.max(data.targets.freshness * 1.25, most(data.lag.map(({ value: its }) => its)) * 1.1),
        unit: 's',
        target: data.targets.freshness,
      }
    },
    'chart-memory': () => {
      const { time, used } = data.memory
      return {
        rows: [time, used],
        series: [line('memory', 'line-1', shown('MB', 0), { fill: colour('area') })],
        top: most([used]) * 1.25,
        unit: 'MB',
        target: data.targets.memory,
        restarts: true,
      }
    },
  }

  const axis = (more) => ({
    stroke: colour('muted'),
    grid: { stroke: colour('grid'), width: 1 },
    ticks: { stroke: colour('grid'), width: 1, size: 4 },
    font: '12px system-ui, sans-serif',
    ...more,
  })
  const height = (width) => Math.max(180, Math.min(260, width * 0.42))
  let drawn = []

  const draw = () => {
    for (const { plot, watch } of drawn) {
      watch.disconnect()
      plot.destroy()
    }
    drawn = Object.entries(charts).flatMap(([id, make]) => {
      const place = document.getElementById(id)
      const { rows, series, top, unit, ...mark } = make()
      if (rows.length < 2 || rows[0].length === 0) {
        place.textContent = 'nothing was measured'
        return []
      }
      const width = place.clientWidth
      const plot = new uPlot(
        {
          width,
          height: height(width),
          padding: [12, 12, 0, 0],
          tzDate: (s) => uPlot.tzDate(new Date(s * 1000), 'Etc/UTC'),
          cursor: { sync: { key: 'time' }, y: false },
          scales: { x: { range: () => [data.from, data.to] }, y: { range: () => [0, top > 0 ? top : 1] } },
          series: [{ label: 'time', value: (u, v) => (v === null ? '–' : moment(v)) }, ...series],
          axes: [
            axis({ values: (u, splits) => splits.map(tick), space: 64, size: 32 }),
            axis({ values: (u, splits) => splits.map((v) => v + ' ' + unit), size: 64 }),
          ],
          plugins: [marks(mark)],
        },
        rows,
        place,
      )
      const watch = new ResizeObserver(() => {
        const now = place.clientWidth
        if (now > 0 && now !== plot.width) plot.setSize({ width: now, height: height(now) })
      })
      watch.observe(place)
      return [{ plot, watch }]
    })
  }

  draw()
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw)
})()`
