/*
	How picture.ts looks: dark and light, and on a phone.
*/

export const style = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--faint:#667;--line:#d8dce2;--card:#f6f7f9;--clear:#8a8f98;--handshake:#b26a00;--application:#0b7a4b;--bad:#c62828;--chunks:#3d7dca;--slots:#7cb342;--native:#e0892e}
@media(prefers-color-scheme:dark){:root{--paper:#14171b;--ink:#e6e9ee;--faint:#9aa3ad;--line:#343a42;--card:#1d2127;--clear:#9aa3ad;--handshake:#f0a742;--application:#4fc78c;--bad:#ff6b6b;--chunks:#5b9bea;--slots:#9ccc65;--native:#f2a654}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:60rem;padding:1rem;background:var(--paper);color:var(--ink);font:15px/1.45 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.4rem;margin:0 0 .25rem}h2{font-size:1.1rem;margin:0 0 .25rem}h3{font-size:.95rem;margin:1rem 0 .25rem}small{font-weight:400;color:var(--faint)}
section{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.75rem;margin:1rem 0}
section.bad{border:2px solid var(--bad)}
.verdict{margin:.25rem 0;padding:.4rem .6rem;border-left:4px solid var(--application);background:var(--card)}
.verdict.bad{border-color:var(--bad);color:var(--bad);font-weight:600}
.key span,figcaption span{display:inline-block;margin:.15rem 1rem .15rem 0;line-height:1.2;padding-left:.6rem;border-left:.6rem solid var(--clear)}
.key .p-handshake{border-color:var(--handshake)}.key .p-application{border-color:var(--application)}
figcaption .chunks{border-color:var(--chunks)}figcaption .slots{border-color:var(--slots)}figcaption .native{border-color:var(--native)}
.summary{margin:.1rem 0 .5rem;color:var(--faint)}.bad .summary{color:var(--bad);font-weight:600}
ol.flow{list-style:none;margin:0;padding:0}
ol.flow li{display:grid;grid-template-columns:5rem 1fr 7rem;gap:.5rem;padding:.15rem 0;align-items:baseline}
ol.flow li.heads{grid-template-columns:1fr 1fr;color:var(--faint);border-bottom:1px solid var(--line)}
ol.flow li.heads span:last-child{text-align:right}
ol.flow time,.steps{color:var(--faint);font-size:.8rem;font-variant-numeric:tabular-nums}.steps{text-align:right}
.what{border-left:4px solid var(--clear);padding:.1rem .5rem;max-width:85%;justify-self:start}
li.server .what{border-left:0;border-right:4px solid var(--clear);justify-self:end;text-align:right}
li.both .what{border:0;border-top:1px dashed var(--line);max-width:100%;color:var(--faint);width:100%}
li.client .what b::before{content:"▶ "}li.server .what b::before{content:"◀ "}
li.p-handshake .what,li.p-early .what{border-color:var(--handshake)}li.p-application .what{border-color:var(--application)}
li.fatal .what{background:#c62828;color:#fff;border-color:#c62828;border-radius:.25rem}
li.both.fatal .what{color:#fff}
table{width:100%;border-collapse:collapse;font-size:.9rem}th{text-align:left;overflow-wrap:normal;font-weight:500;vertical-align:top;padding:.2rem .5rem .2rem 0}thead th{color:var(--faint)}td{vertical-align:top;padding:.2rem .5rem .2rem 0}
td.bar{width:25%;min-width:4rem}td.bar i{display:block;height:.8rem;background:var(--chunks);border-radius:2px;min-width:1px}
.chart{margin:0}.chart svg{width:100%;height:auto;display:block}
.chart .chunks{fill:var(--chunks)}.chart .slots{fill:var(--slots)}.chart .native{fill:var(--native)}
.chart .grid{stroke:var(--line)}.chart text{fill:var(--faint);font-size:11px}.chart .tick{text-anchor:end;dominant-baseline:middle}.chart .end,.chart .limit-text{text-anchor:end}
.chart .limit{stroke:var(--bad);stroke-dasharray:6 4}.chart .limit-text{fill:var(--bad);dominant-baseline:text-after-edge}
@media(max-width:640px){body{padding:.5rem}li.same time,li.same .steps{display:none}ol.flow li{grid-template-columns:1fr auto}ol.flow time{grid-column:1}.steps{grid-column:2;grid-row:1}.what{grid-column:1/3;max-width:100%}td.bar{display:none}.chart text{font-size:22px}}
`.replace(/\n/g, "");
