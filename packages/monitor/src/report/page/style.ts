/** The page's own style: light or dark as the reader's system is, from a phone's width to a desk's. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #fff; --text: #1c2330; --muted: #5c6675; --edge: #dde2e9; --grid: #e8ebf0;
  --good: #1a7f4b; --bad: #c4314b; --warn: #9a6200; --limit: #c4314b; --dot: #9db2d0; --area: #2f6fd01f;
  --down: #c4314b33; --failing: #e0982a40; --good-tint: #e3f4ea; --bad-tint: #fbe5e8; --warn-tint: #fbf0dc;
  --line-1: #2f6fd0; --line-2: #c9680b; --line-3: #1a7f4b; --line-4: #8a3fc0; --line-5: #b03060; --line-6: #557;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161d; --card: #1a2029; --text: #e4e8ee; --muted: #98a3b3; --edge: #2c3541; --grid: #27303b;
    --good: #4cc38a; --bad: #ff7b8d; --warn: #f0b454; --limit: #ff7b8d; --dot: #56708f; --area: #6ea8ff22;
    --down: #ff7b8d3d; --failing: #f0b4543d; --good-tint: #17352a; --bad-tint: #40222a; --warn-tint: #3a2f1a;
    --line-1: #6ea8ff; --line-2: #ffab5c; --line-3: #4cc38a; --line-4: #c792ea; --line-5: #ff8fb3; --line-6: #9aa7ff;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 28px 20px 56px; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 4px; }
h2 { font-size: 1.1rem; margin: 36px 0 10px; }
h3 { font-size: .95rem; margin: 18px 0 6px; }
p { margin: 4px 0; }
.muted, caption, figcaption { color: var(--muted); }
.verdict { display: inline-block; margin: 14px 0 4px; padding: 6px 14px; border-radius: 8px; font-weight: 600; }
.verdict.good { background: var(--good-tint); color: var(--good); }
.verdict.bad { background: var(--bad-tint); color: var(--bad); }
.verdict.warn { background: var(--warn-tint); color: var(--warn); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 16px 0 4px; padding: 0; list-style: none; }
.cards li, figure, .table { background: var(--card); border: 1px solid var(--edge); border-radius: 10px; }
.cards li { padding: 12px 14px; }
.cards .label { color: var(--muted); font-size: .82rem; }
.cards .value { font-size: 1.4rem; font-weight: 650; font-variant-numeric: tabular-nums; line-height: 1.3; }
.cards .note { color: var(--muted); font-size: .8rem; }
.charts { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 14px; }
figure { margin: 0; padding: 12px 14px; min-width: 0; }
figure h3 { margin: 0; }
figcaption { font-size: .82rem; margin-bottom: 6px; }
.chart { min-height: 60px; color: var(--muted); }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding: 10px 12px 0; font-size: .82rem; }
th, td { padding: 6px 12px; text-align: left; vertical-align: top; border-top: 1px solid var(--edge); white-space: nowrap; }
thead th { border-top: 0; color: var(--muted); font-weight: 600; }
td.n, th.n { text-align: right; }
td.wide { white-space: normal; min-width: 16rem; overflow-wrap: anywhere; }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
tr.bad-row { background: var(--bad-tint); }
code { font: .92em ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
details summary { cursor: pointer; }
.met::before, .missed::before { content: ""; display: inline-block; width: .6em; height: .6em; margin-right: .5em; border-radius: 50%; background: currentColor; }
.missed::before { border-radius: 1px; }
.u-legend th, .u-legend td { border: 0; padding: 2px 3px; }
.u-legend { font: 12px system-ui, sans-serif; color: var(--text); text-align: left; }
.u-legend .u-marker { border-radius: 2px; }
.u-select { background: var(--area); }
.u-cursor-x { border-color: var(--muted) !important; }
@media (max-width: 760px) {
  main { padding: 18px 12px 40px; }
  .charts { grid-template-columns: minmax(0, 1fr); }
  .cards { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  h1 { font-size: 1.3rem; }
}
@media print { body { background: #fff; } .table { overflow: visible; } }
`
