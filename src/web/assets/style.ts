// The console's style sheet: light and dark from one set of names, from 360 px up, nothing loaded.

export const style = `:root{
color-scheme:light dark;
--ground:#f6f7f7;--sheet:#fff;--ink:#16211f;--quiet:#56645f;--line:#d9dfdd;--accent:#0f5c5c;--accent-soft:#e2efee;
--good:#1f7a4d;--wait:#8a5a00;--bad:#b3261e;--unsure:#6b4bb0;--rest:#76827e;--open:#2b6cb0;--track:#e3e8e6;
--good-soft:#e3f3ea;--wait-soft:#fbf0d9;--bad-soft:#fbe7e5;--unsure-soft:#eee8fa;--rest-soft:#edf0ef;--open-soft:#e3eefa;
--radius:10px;--mono:ui-monospace,"SFMono-Regular",Menlo,Consolas,"Liberation Mono",monospace}
@media (prefers-color-scheme:dark){:root{
--ground:#101615;--sheet:#18201f;--ink:#e7eeec;--quiet:#a0aeaa;--line:#2c3735;--accent:#6fc7c2;--accent-soft:#1b3231;
--good:#6fd19c;--wait:#e5b45a;--bad:#ff9a8f;--unsure:#c3abff;--rest:#9aa8a4;--open:#86bdf5;--track:#293331;
--good-soft:#17301f;--wait-soft:#33280f;--bad-soft:#3a1c19;--unsure-soft:#2a2140;--rest-soft:#222c2a;--open-soft:#172a3d}}
*,::before,::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
.wide{max-width:1040px;margin:0 auto;padding:0 clamp(16px,4vw,32px)}
main{padding-top:28px!important;padding-bottom:56px!important}
main:focus{outline:none}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:4px}
a{color:var(--accent);text-underline-offset:3px}
h1{font-size:clamp(1.35rem,1.1rem + 1.2vw,1.75rem);line-height:1.25;margin:0;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{font-size:1.05rem;margin:0 0 12px;line-height:1.3}
p{margin:0 0 12px;max-width:70ch}
code,pre,.mono{font-family:var(--mono);font-size:.9em}
code{background:var(--rest-soft);border-radius:5px;padding:.1em .35em;overflow-wrap:anywhere}
.quiet{color:var(--quiet)}
.skip{position:absolute;left:-999px;top:8px;background:var(--sheet);padding:8px 14px;z-index:1}
.skip:focus{left:8px}
.top{background:var(--sheet);border-bottom:1px solid var(--line)}
.top .wide{display:flex;align-items:center;gap:4px 28px;flex-wrap:wrap;min-height:56px}
.brand{display:inline-flex;align-items:center;gap:9px;font-weight:650;color:var(--ink);text-decoration:none;padding:8px 0}
.mark path{fill:none;stroke:var(--accent);stroke-width:1.8;stroke-linejoin:round}
nav a{display:inline-block;text-decoration:none;padding:8px 4px;margin-right:20px;color:var(--quiet);border-bottom:2px solid transparent}
.top nav a{padding:16px 2px 14px}
nav a:hover{color:var(--ink)}
nav a[aria-current]{color:var(--ink);border-bottom-color:var(--accent);font-weight:600}
.sheet{background:var(--sheet);border:1px solid var(--line);border-radius:var(--radius);padding:clamp(16px,3vw,24px);margin:0 0 20px}
.head{display:flex;flex-wrap:wrap;gap:8px 14px;align-items:center;margin:0 0 4px}
.badge{display:inline-flex;align-items:center;gap:6px;border-radius:999px;padding:2px 11px;font-size:.86rem;font-weight:600;white-space:nowrap;color:var(--tone);background:var(--tone-soft)}
.badge::before{content:"";width:8px;height:8px;border-radius:50%;background:currentColor}
.badge.plain::before{display:none}
.good{--tone:var(--good);--tone-soft:var(--good-soft)}.wait{--tone:var(--wait);--tone-soft:var(--wait-soft)}
.bad{--tone:var(--bad);--tone-soft:var(--bad-soft)}.unsure{--tone:var(--unsure);--tone-soft:var(--unsure-soft)}
.rest{--tone:var(--rest);--tone-soft:var(--rest-soft)}.open{--tone:var(--open);--tone-soft:var(--open-soft)}
.rest.badge{color:var(--quiet)}
.note{border-left:4px solid var(--tone);background:var(--tone-soft);border-radius:0 var(--radius) var(--radius) 0;padding:12px 16px;margin:16px 0 0}
.note p{margin:0}.note p+p{margin-top:6px}
.note strong{color:var(--tone)}
.bar{display:block;width:100%;height:14px;border-radius:7px;margin:20px 0 8px;background:var(--track)}
.bar rect{fill:var(--tone)}
.under{max-width:none;display:flex;flex-wrap:wrap;gap:2px 18px;justify-content:space-between;margin:0 0 4px}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(130px,1fr));gap:14px 20px;margin:20px 0 0;padding:18px 0 0;border-top:1px solid var(--line)}
.figures div{min-width:0}
.figures dt{color:var(--quiet);font-size:.86rem}
.figures dd{margin:0;font-size:1.18rem;font-weight:600;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%}
caption{text-align:left;font-weight:650;font-size:1.05rem;padding:0 0 10px}
th,td{text-align:left;padding:9px 12px 9px 0;border-top:1px solid var(--line);vertical-align:baseline}
th{font-weight:600}
thead th{border-top:0;color:var(--quiet);font-size:.86rem;padding-top:0}
td:last-child,th:last-child{padding-right:0}
td.n,th.n,td.n:last-child,th.n:last-child{padding-right:28px}.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
tr.none{color:var(--quiet)}tr.none th{font-weight:400}
tfoot th,tfoot td{border-top:2px solid var(--line);font-weight:650}
.dot{display:inline-block;width:10px;height:10px;border-radius:3px;background:var(--tone);margin-right:9px}
.none .dot{opacity:.35}
.equation{display:flex;flex-wrap:wrap;gap:6px 14px;align-items:baseline;font-variant-numeric:tabular-nums;margin:0 0 8px}
.equation b{font-size:1.18rem}
.when{white-space:nowrap;color:var(--quiet)}
.letters td{overflow-wrap:anywhere}.letters td:nth-child(2){min-width:15em}.letters .n{padding-right:28px}
.letters.listed td:nth-child(1){min-width:17em}.letters.listed td:nth-child(2){min-width:8em}
.letters a{font-weight:600;text-decoration:none}.letters a:hover{text-decoration:underline}
.pages{display:flex;justify-content:space-between;gap:12px;margin:16px 0 0}
.fields{display:grid;grid-template-columns:max-content 1fr;gap:6px 18px;margin:16px 0 0}
.fields dt{color:var(--quiet)}.fields dd{margin:0;overflow-wrap:anywhere}
.tabs{border-bottom:1px solid var(--line);margin:0 0 16px}
.tabs a{margin-bottom:-1px}
.row{display:flex;flex-wrap:wrap;gap:0 16px;align-items:flex-end;margin-top:20px}.row .field{flex:1 1 220px}.row button{margin-bottom:18px}
.chart{margin:0 0 18px}.chart figcaption{color:var(--quiet)}.chart svg{display:block;width:100%;height:110px;background:var(--track);border-radius:8px;margin:8px 0 4px}
.chart polyline{fill:none;stroke:var(--open);stroke-width:2;vector-effect:non-scaling-stroke}
q{quotes:none;font-family:var(--mono);font-size:.9em;overflow-wrap:anywhere}
.group h3{margin:0 0 4px}h3{font-size:1rem;line-height:1.3;margin:0;overflow-wrap:anywhere}fieldset{border:0;padding:0;margin:0 0 18px}legend{font-weight:600;padding:0}fieldset .field{margin:8px 0 0}
.sheet .group:first-of-type{border-top:0;padding-top:4px}
.group{border-top:1px solid var(--line);padding:16px 0}.group h2{margin-bottom:2px}.group p{margin-bottom:8px}
blockquote{margin:0;border-left:3px solid var(--line);padding-left:14px}
.letter.phone{max-width:360px;margin:0 auto}.letter.dark{color-scheme:dark;background:#121212}
.letter{color-scheme:light;display:block;width:100%;height:max(420px,72vh);border:1px solid var(--line);border-radius:8px;background:#fff}
pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;tab-size:4}
.empty{text-align:center;padding:48px 16px}.empty h1{margin-bottom:10px}
.empty p{margin-left:auto;margin-right:auto}
#live[data-state=stale]::before{content:"Candor does not answer. The figures below are the last that it told.";display:block;background:var(--bad-soft);color:var(--bad);border-radius:var(--radius);padding:10px 16px;margin:0 0 16px;font-weight:600}
h2+.field,h1+.field,h1+form,.fields+table,.fields+.scroll,.hint+.columns{margin-top:18px}
h1+p{margin-top:8px}.note+p,.note+ul,form+p,.buttons+p{margin-top:12px}
.narrow{max-width:560px}.sheet.narrow{margin-left:auto;margin-right:auto}
.field{margin:0 0 18px}.field label{font-weight:600;display:block}
.hint{color:var(--quiet);margin:2px 0 0;font-size:.94rem}
.problem{color:var(--bad);font-weight:600;margin:4px 0 0}
.wrong{border-left:4px solid var(--bad);padding-left:14px}
input:not([type=checkbox]):not([type=hidden]),select,textarea{font:inherit;color:inherit;background:var(--ground);border:2px solid var(--quiet);border-radius:6px;padding:9px 11px;width:100%;margin-top:6px;min-height:44px}
input.small{max-width:12em}
input[type=file]{border-style:dashed;padding:18px 12px}
.check label{display:flex;gap:12px;font-weight:400;align-items:flex-start;cursor:pointer}
input[type=checkbox]{flex:none;width:24px;height:24px;margin:0;accent-color:var(--accent)}
button,.button{font:inherit;font-weight:650;color:#fff;background:#0f5c5c;border:2px solid #0f5c5c;border-radius:8px;padding:9px 20px;min-height:44px;cursor:pointer;text-decoration:none;display:inline-block}
button:hover,.button:hover{filter:brightness(1.1)}
button.second,.button.second{background:transparent;color:var(--accent);border-color:var(--accent)}
button.danger{background:#b3261e;border-color:#b3261e}
button.plain{background:none;border:0;color:var(--quiet);font-weight:400;padding:8px 2px;text-decoration:underline;text-underline-offset:3px}
button[disabled]{opacity:.5;cursor:not-allowed}
.buttons{display:flex;flex-wrap:wrap;gap:12px;align-items:center;margin:18px 0 0}
.buttons+form,.sheet>form+form{margin-top:22px}#problems{margin:0 0 20px}
.buttons+.sheet{margin-top:20px}
.sign-out{margin-left:auto}
.note.held,.said{margin:0 0 20px}.note ul{margin:6px 0 0;padding-left:20px}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.more{margin-top:14px}.more summary{cursor:pointer;color:var(--accent);padding:10px 0}
.secret{display:block;padding:12px;user-select:all}
table form{margin:0}
progress{width:100%;height:14px;accent-color:var(--accent)}
.scroll{overflow-x:auto}
.lead{font-size:1.1rem}.spaced{margin-top:26px}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(220px,1fr));gap:0 20px}
mark{background:var(--bad-soft);color:var(--bad);border-radius:4px;padding:1px 5px;font-weight:600}
.rows td{overflow-wrap:anywhere;min-width:7em}.reason td{border-top:0;padding-top:0;color:var(--quiet)}.reason p{margin:0 0 4px}
@media (max-width:900px){
.letters thead{position:absolute;left:-999px}
.letters tr{display:block;border-top:1px solid var(--line);padding:10px 0}
.letters td,.letters .n{display:block;border:0;padding:0;min-width:0;text-align:left}.letters td:nth-child(2),.letters.listed td:nth-child(1),.letters.listed td:nth-child(2){min-width:0}}
@media (max-width:640px){
.sign-out{margin-left:0}
.meaning{display:none}
td.n,th.n,td.n:last-child,th.n:last-child{padding-right:0}
.top nav a{margin-right:14px}.top .wide{gap:0 16px}
.letters .when{font-size:.86rem}
.fields{grid-template-columns:1fr;gap:0}.fields dd{margin:0 0 8px}
.letter{height:78vh}}
@media (prefers-reduced-motion:no-preference){.bar rect{transition:width .4s}}
@media print{.top,.skip,.tabs,.pages{display:none}body{background:#fff}}
`;
