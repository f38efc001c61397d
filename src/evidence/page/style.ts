/** The look of a page: light or dark as the reader has it, on a phone, a desk or paper. */
export const STYLE = `
:root{color-scheme:light dark;--paper:#fbfbf9;--card:#fff;--ink:#17191c;--muted:#5b626b;--line:#dfe1dd;--accent:#1f5fbf;--good:#15764a;--warn:#8a5a00;--bad:#b3261e;--good-wash:#e3f2e9;--warn-wash:#fbf0d9;--bad-wash:#fae3e0;--quiet-wash:#eceeec}
@media (prefers-color-scheme:dark){:root{--paper:#121416;--card:#1a1d20;--ink:#e8eaec;--muted:#9aa3ad;--line:#30353a;--accent:#7fb0ff;--good:#5cc992;--warn:#e3b04b;--bad:#ff8a80;--good-wash:#17332a;--warn-wash:#362b14;--bad-wash:#3d1f1d;--quiet-wash:#272b2f}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:break-word}
main{max-width:1040px;margin:0 auto;padding:48px 32px 96px}
h1{font-size:clamp(1.45rem,1.1rem + 1.7vw,2.2rem);line-height:1.2;letter-spacing:-.015em;font-weight:650;margin:.5rem 0 .6rem;text-wrap:pretty}
h2{font-size:1.3rem;line-height:1.3;letter-spacing:-.01em;margin:0 0 .6rem}
p{margin:0 0 .8rem}
a{color:var(--accent)}
code,pre{font:.86em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
code{overflow-wrap:anywhere}
i{color:var(--muted)}
.muted{color:var(--muted)}
.eyebrow{text-transform:uppercase;letter-spacing:.09em;font-size:.76rem;font-weight:600;color:var(--muted);margin:0 0 1.2rem}
.verdict{margin:0}
.badge{display:inline-block;border-radius:999px;padding:.08em .7em;font-size:.82rem;font-weight:600;line-height:1.65;white-space:nowrap}
.badge.good{background:var(--good-wash);color:var(--good)}.badge.warn{background:var(--warn-wash);color:var(--warn)}.badge.bad{background:var(--bad-wash);color:var(--bad)}.badge.quiet{background:var(--quiet-wash);color:var(--muted)}
.verdict .badge{font-size:.95rem}
.route{font-size:1.08rem;margin:0 0 1.6rem}
.arrow{color:var(--muted)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(230px,1fr));gap:0 32px;margin:0 0 1.8rem;border-top:1px solid var(--line)}
.facts div{border-bottom:1px solid var(--line);padding:.55rem 0;min-width:0}
dt{font-size:.8rem;color:var(--muted)}
dd{margin:0;overflow-wrap:anywhere}
time,.figure .value,td{font-variant-numeric:tabular-nums}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(240px,1fr));gap:16px;margin:0 0 1.2rem}
.figure{background:var(--card);border:1px solid var(--line);border-top:3px solid var(--muted);border-radius:10px;padding:1rem 1.15rem}
.figure.good{border-top-color:var(--good)}.figure.warn{border-top-color:var(--warn)}.figure.bad{border-top-color:var(--bad)}
.figure h2{font-size:.82rem;font-weight:600;color:var(--muted);letter-spacing:0;margin:0}
.figure .value{font-size:2.1rem;line-height:1.2;font-weight:650;letter-spacing:-.02em;margin:.1rem 0 .4rem}
.figure.good .value{color:var(--good)}.figure.bad .value{color:var(--bad)}.figure.warn .value{color:var(--warn)}
.figure .means{font-size:.88rem;line-height:1.45;color:var(--muted);margin:0}
.note{border-radius:10px;padding:.9rem 1.15rem;margin:0 0 1rem;background:var(--quiet-wash)}
.note.warn{background:var(--warn-wash)}
.note h2{font-size:.95rem;margin:0 0 .2rem}
.note.warn h2{color:var(--warn)}
.note p{margin:0}.note ul{margin:0;padding-left:1.1rem}
nav{border-top:1px solid var(--line);border-bottom:1px solid var(--line);padding:.6rem 0;margin:2rem 0 0;font-size:.9rem}
nav a{display:inline-block;margin-right:1.1rem;padding:.15rem 0;text-decoration:none}
nav a:hover{text-decoration:underline}
section{padding-top:2.6rem}
.lead{color:var(--muted);max-width:78ch}
.absent{color:var(--muted);border-left:3px solid var(--line);padding-left:.9rem;max-width:78ch}
table{width:100%;border-collapse:collapse;margin:0 0 1.4rem;font-size:.92rem;line-height:1.45}
caption{text-align:left;font-weight:600;padding:.3rem 0 .5rem}
th{text-align:left;font-weight:600;font-size:.8rem;color:var(--muted);border-bottom:1px solid var(--line);padding:.35rem 1rem .35rem 0;vertical-align:bottom}
td{border-bottom:1px solid var(--line);padding:.5rem 1rem .5rem 0;vertical-align:top;overflow-wrap:anywhere}
td>div{min-width:0}
td .who{display:inline-block;min-width:11rem}
td p{margin:0 0 .3rem}
th:last-child,td:last-child{padding-right:0}
.timeline{list-style:none;margin:0 0 1.6rem;padding:0}
.timeline li{display:grid;grid-template-columns:12.5rem 9.5rem 1fr;gap:0 1rem;padding:.32rem 0 .32rem 1rem;border-left:2px solid var(--line);position:relative;font-size:.95rem}
.timeline li::before{content:"";position:absolute;left:-5px;top:.82rem;width:8px;height:8px;border-radius:50%;background:var(--line)}
.timeline .when{font-variant-numeric:tabular-nums;white-space:nowrap}
.timeline .phase{color:var(--accent);font-weight:600;font-size:.88rem}
.timeline .event{overflow-wrap:anywhere}
.timeline .turn::before{background:var(--accent);width:12px;height:12px;left:-7px;top:.7rem}
.timeline .turn .event{font-weight:650}
.timeline .alarm::before{background:var(--bad)}
.timeline .alarm .event{color:var(--bad);font-weight:600}
.timeline .end::before{background:var(--ink)}
.timeline .end .event{font-weight:600}
figure{margin:0 0 1rem;background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1.1rem 1.1rem .9rem}
figure svg{display:block;width:100%;height:auto}
figcaption{font-size:.86rem;color:var(--muted);margin-top:.5rem}
.narrow{display:none}
.keys span{white-space:nowrap}
.key{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin:0 .15em 0 .5em;vertical-align:-.05em}
.key.good{background:var(--good)}.key.bad{background:var(--bad)}.key.gap{background:var(--bad);opacity:.22}.key.quiet{background:var(--muted);opacity:.35}
details{margin:0}
summary{cursor:pointer}
.numbers,.whole{margin:0 0 1.2rem}
.numbers>summary,.whole>summary{color:var(--accent);font-size:.9rem;padding:.2rem 0}
.whole[open]>summary{margin-bottom:.6rem}
#raw details{border-bottom:1px solid var(--line)}
#raw summary{padding:.4rem 0;font-size:.92rem;overflow-wrap:anywhere}
#raw .n,#raw .when{color:var(--muted);font-variant-numeric:tabular-nums;margin-right:.5rem}
#raw .n{display:inline-block;min-width:1.7rem;text-align:right}
#raw .kind{display:inline-block;min-width:4.6rem;color:var(--accent);font-size:.84rem;font-weight:600}
pre{background:var(--quiet-wash);border-radius:8px;padding:.8rem 1rem;margin:0 0 .8rem;white-space:pre-wrap;overflow-wrap:anywhere}
.hashes{font-size:.82rem;color:var(--muted)}
.hash-list div{margin:0 0 .7rem}
footer{border-top:1px solid var(--line);margin-top:3rem;padding-top:1rem;color:var(--muted);font-size:.86rem}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:3px}
@media screen and (max-width:760px){
main{padding:28px 18px 64px}
.wide{display:none}.narrow{display:block}
.timeline li{grid-template-columns:1fr;padding-bottom:.6rem}
.timeline .phase:empty{display:none}
table,tbody,tr,td,caption{display:block;width:100%}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tr{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.3rem .9rem;margin:0 0 .7rem}
td,td:last-child{display:grid;grid-template-columns:6.6rem 1fr;gap:.8rem;padding:.4rem 0}
td:last-child{border-bottom:0}
td::before{content:attr(data-label);color:var(--muted);font-size:.8rem;padding-top:.1rem;overflow-wrap:normal}
td .who{min-width:0}
td:has(>div:empty){display:none}
.badge{white-space:normal}
figure{padding:.8rem .6rem .7rem}
}
@media print{
:root{--paper:#fff;--card:#fff;--ink:#000;--muted:#444;--line:#bbb;--accent:#123f86;--good:#0d5a37;--warn:#6d4700;--bad:#8f1d16;--good-wash:#eef6f1;--warn-wash:#fbf5e6;--bad-wash:#fbeceb;--quiet-wash:#f2f2f2}
@page{margin:14mm}
body{font-size:10.5pt}
main{max-width:none;padding:0 0 0 6px}
.figures{grid-template-columns:repeat(3,1fr)}
.timeline li{grid-template-columns:12rem 8rem 1fr;gap:0 .8rem}
table{font-size:.86rem}
td .who{min-width:8rem}
nav,.numbers,.whole{display:none}
.wide{display:block}.narrow{display:none}
.figure,.note,figure,tr,.timeline li,#raw summary{break-inside:avoid}
h2,caption,thead{break-after:avoid}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
`;
