/** How the page looks: light, dark and on paper. */
export const style = `
:root{--paper:#fff;--ink:#1b1f24;--muted:#57606a;--line:#d0d7de;--soft:#f6f8fa;--accent:#0b57a8;
--pass:#13652b;--fail:#a8170d;--inconclusive:#7a4d00;--invalid:#6a2fb5;--unsupported:#0a5a68;
--s1:#0b57a8;--s2:#b3420a;--s3:#13652b;--s4:#6a2fb5;--s5:#8a1659;--s6:#5b5f00;
--h0:#fff;--h1:#fdebdc;--h2:#fbd5b5;--h3:#f7b988;--h4:#f29b58;--heat:#1b1f24;--gap:#a8170d22}
@media screen and (prefers-color-scheme:dark){:root{--paper:#0f1419;--ink:#e6e9ed;--muted:#a3adb8;--line:#323c47;--soft:#171d24;--accent:#79b8ff;
--pass:#56d073;--fail:#ff8a80;--inconclusive:#e8b04a;--invalid:#c9a6ff;--unsupported:#5fd0e0;
--s1:#79b8ff;--s2:#ff9e64;--s3:#56d073;--s4:#c9a6ff;--s5:#ff8fc7;--s6:#d3d65c;
--h0:#0f1419;--h1:#2b2118;--h2:#47301c;--h3:#633f1f;--h4:#824f20;--heat:#fff;--gap:#ff8a8030}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1120px;padding:16px 20px 60px;background:var(--paper);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;overflow-wrap:anywhere}
h1{font-size:1.7rem;line-height:1.2;margin:.3em 0}h2{font-size:1.25rem;margin:1.6em 0 .4em;border-bottom:1px solid var(--line);padding-bottom:.2em}
h3{font-size:1.02rem;margin:1em 0 .3em}p{margin:.4em 0}a{color:var(--accent)}
code,pre{font:.88em/1.45 ui-monospace,"DejaVu Sans Mono",Menlo,monospace}
pre{background:var(--soft);border:1px solid var(--line);border-radius:6px;padding:8px 10px;overflow-x:auto;margin:.3em 0;white-space:pre-wrap}
.about{font-size:1.05rem}.facts,.key,.muted{color:var(--muted)}p.facts{font-size:.9rem}
.verdict{font-weight:600;white-space:nowrap}.verdict.pass{color:var(--pass)}.verdict.fail{color:var(--fail)}
.verdict.inconclusive,.verdict.warn{color:var(--inconclusive)}.verdict.invalid{color:var(--invalid)}
.verdict.unsupported{color:var(--unsupported)}.verdict.known{color:var(--muted)}
.well{font-size:1.1rem;color:var(--pass)}
.group{border:1px solid var(--line);border-left:4px solid var(--muted);border-radius:6px;padding:2px 14px 8px;margin:10px 0}
.broke.fail .group{border-left-color:var(--fail)}.broke.invalid .group{border-left-color:var(--invalid)}
.broke.inconclusive .group{border-left-color:var(--inconclusive)}.broke.unsupported .group{border-left-color:var(--unsupported)}
.group ul{margin:.3em 0;padding-left:1.2em}.commands p{margin:.5em 0 0}
.pan{overflow-x:auto;max-width:100%}.pan:focus-visible,a:focus-visible,summary:focus-visible,button:focus-visible,input:focus-visible,pre:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
table{border-collapse:collapse;font-size:.9rem;margin:.4em 0;overflow-wrap:normal}
th,td{text-align:left;vertical-align:top;padding:4px 10px 4px 0;border-bottom:1px solid var(--line)}
thead th{color:var(--muted);font-weight:600;white-space:nowrap}tbody th{font-weight:500}
td.number{font-variant-numeric:tabular-nums;white-space:nowrap}td.why{min-width:18em}
table.heat th,table.heat td{padding:5px 10px;border:1px solid var(--line)}table.heat caption{text-align:left;font-weight:600;padding:.5em 0 .2em}
.h0{background:var(--h0)}.h1{background:var(--h1)}.h2{background:var(--h2)}.h3{background:var(--h3)}.h4{background:var(--h4)}
table.heat td{color:var(--heat)}table.heat td .verdict{color:inherit}
dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;margin:.6em 0;font-size:.9rem}dt{font-weight:600}dd{margin:0}
details{margin:.4em 0}summary{cursor:pointer;color:var(--accent)}
figure{margin:1em 0 1.4em}figcaption{margin-bottom:.2em}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:2px 16px;padding:0;margin:.2em 0;font-size:.85rem;color:var(--muted)}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.tools{display:flex;flex-wrap:wrap;gap:8px;margin:.4em 0}.tools input{font:inherit;padding:4px 8px;border:1px solid var(--muted);border-radius:6px;background:var(--paper);color:var(--ink)}
button{font:.85rem system-ui,sans-serif;padding:2px 10px;border:1px solid var(--muted);border-radius:6px;background:var(--soft);color:var(--ink);cursor:pointer}
.wide svg[role=img]{width:auto;height:auto;zoom:1.7}
svg{display:block}.legend svg{display:inline-block;vertical-align:middle}
svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:var(--ink)}
svg .end{text-anchor:end}svg .middle{text-anchor:middle}svg .tick,svg .small{font-size:11px;fill:var(--muted)}svg .small.halo{fill:var(--ink)}
svg .strong{font-weight:600;fill:var(--ink)}svg .muted{fill:var(--muted)}
svg .halo{paint-order:stroke;stroke:var(--paper);stroke-width:3px;stroke-linejoin:round}
.grid{stroke:var(--line);fill:none}.axis{stroke:var(--muted);fill:none}
.dots{stroke:var(--s1);stroke-width:7;stroke-linecap:round;stroke-opacity:.6;fill:none}.dots.outlier{stroke:var(--s2);stroke-opacity:1}
.interval{stroke:var(--s1);stroke-width:12;stroke-opacity:.22;fill:none}.median{stroke:var(--ink);stroke-width:2.5;fill:none}
.bound{stroke:var(--fail);stroke-width:2;stroke-dasharray:3 2;fill:none}.reference{fill:var(--s3)}
.line{fill:none;stroke-width:2}.s1{stroke:var(--s1)}.s2{stroke:var(--s2);stroke-dasharray:7 3}.s3{stroke:var(--s3);stroke-dasharray:2 2}
.s4{stroke:var(--s4);stroke-dasharray:9 3 2 3}.s5{stroke:var(--s5);stroke-dasharray:1 4}.s6{stroke:var(--s6);stroke-dasharray:12 4}
.bar{fill:none;stroke-width:1.5;stroke-dasharray:none}.point{fill:none;stroke-width:7;stroke-linecap:round;stroke-dasharray:none}
.swatch{fill:none;stroke-width:3}.swatch.event{stroke:var(--inconclusive);stroke-width:9}.swatch.area{stroke:var(--s1);stroke-width:9;stroke-opacity:.45}
.swatch.carried{stroke:var(--s3);stroke-width:9;stroke-opacity:.45}.swatch.underway{stroke:var(--s4);stroke-width:2}.swatch.queued{stroke:var(--s2);stroke-width:2;stroke-dasharray:4 2}.swatch.drop{stroke:var(--fail)}.swatch.gap{stroke:var(--gap);stroke-width:11}
rect.event{fill:var(--inconclusive);fill-opacity:.35;stroke:var(--inconclusive)}
.fill1{fill:var(--s1);fill-opacity:.35}.fill2{fill:var(--s2);fill-opacity:.35}.fill3{fill:var(--s3);fill-opacity:.35}.fill4{fill:var(--s4);fill-opacity:.35}.fill5{fill:var(--s5);fill-opacity:.35}.fill6{fill:var(--s6);fill-opacity:.35}
svg .inbar{font-size:11px}
path.area{fill:var(--s1);fill-opacity:.3;stroke:var(--s1)}path.area.carried{fill:var(--s3);fill-opacity:.25;stroke:var(--s3)}
path.underway{fill:none;stroke:var(--s4);stroke-width:1.5}path.queued{fill:none;stroke:var(--s2);stroke-width:1.5;stroke-dasharray:4 2}path.drop{stroke:var(--fail);stroke-width:2;fill:none}path.note{stroke:var(--muted);stroke-width:2;fill:none}
rect.gap{fill:var(--gap)}svg .gaptext{fill:var(--fail);font-weight:600;font-size:11px}
.lane{stroke:var(--line);stroke-width:2;fill:none}.arrow{stroke:var(--s1);stroke-width:1.6;fill:none}.arrow.lost{stroke:var(--fail);stroke-dasharray:5 3}
.moment{stroke:var(--inconclusive);stroke-width:2;fill:none}.aside{stroke:var(--line);stroke-dasharray:4 3;fill:none}.notedot{stroke:var(--s2);stroke-width:8;stroke-linecap:round;fill:none}
rect.heatcell{stroke:var(--line)}rect.h0{fill:var(--h0)}rect.h1{fill:var(--h1)}rect.h2{fill:var(--h2)}rect.h3{fill:var(--h3)}rect.h4{fill:var(--h4)}
.node{fill:var(--soft);stroke:var(--muted);stroke-width:1.5}.node.nat{stroke:var(--s2)}.node.terminal{stroke:var(--s1);stroke-width:2}.wire{stroke:var(--muted);stroke-width:2;fill:none}
@media (max-width:600px){body{padding:10px 12px 40px;font-size:14px}dl{grid-template-columns:1fr}dd{margin-bottom:.5em}}
@media print{body{max-width:none;padding:0;font-size:10pt}.tools,button{display:none}.pan{overflow:visible}svg[role=img]{max-width:100%;height:auto}table{font-size:.75rem;overflow-wrap:anywhere}td.why{min-width:12em}table.heat{font-size:7pt}table.heat th,table.heat td{padding:2px 4px;white-space:normal}details::details-content{content-visibility:visible}figure,.group,tr{break-inside:avoid}h2,h3{break-after:avoid}a{color:inherit}}
`;
