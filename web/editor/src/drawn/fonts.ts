// The letters of formulas. Browsers fetch those that are seen.

import AMSRegular from "katex/dist/fonts/KaTeX_AMS-Regular.woff2";
import CaligraphicBold from "katex/dist/fonts/KaTeX_Caligraphic-Bold.woff2";
import CaligraphicRegular from "katex/dist/fonts/KaTeX_Caligraphic-Regular.woff2";
import FrakturBold from "katex/dist/fonts/KaTeX_Fraktur-Bold.woff2";
import FrakturRegular from "katex/dist/fonts/KaTeX_Fraktur-Regular.woff2";
import MainBold from "katex/dist/fonts/KaTeX_Main-Bold.woff2";
import MainBoldItalic from "katex/dist/fonts/KaTeX_Main-BoldItalic.woff2";
import MainItalic from "katex/dist/fonts/KaTeX_Main-Italic.woff2";
import MainRegular from "katex/dist/fonts/KaTeX_Main-Regular.woff2";
import MathBoldItalic from "katex/dist/fonts/KaTeX_Math-BoldItalic.woff2";
import MathItalic from "katex/dist/fonts/KaTeX_Math-Italic.woff2";
import SansSerifBold from "katex/dist/fonts/KaTeX_SansSerif-Bold.woff2";
import SansSerifItalic from "katex/dist/fonts/KaTeX_SansSerif-Italic.woff2";
import SansSerifRegular from "katex/dist/fonts/KaTeX_SansSerif-Regular.woff2";
import ScriptRegular from "katex/dist/fonts/KaTeX_Script-Regular.woff2";
import Size1Regular from "katex/dist/fonts/KaTeX_Size1-Regular.woff2";
import Size2Regular from "katex/dist/fonts/KaTeX_Size2-Regular.woff2";
import Size3Regular from "katex/dist/fonts/KaTeX_Size3-Regular.woff2";
import Size4Regular from "katex/dist/fonts/KaTeX_Size4-Regular.woff2";
import TypewriterRegular from "katex/dist/fonts/KaTeX_Typewriter-Regular.woff2";

const FILES: Readonly<Record<string, string>> = {
  "KaTeX_AMS-Regular": AMSRegular,
  "KaTeX_Caligraphic-Bold": CaligraphicBold,
  "KaTeX_Caligraphic-Regular": CaligraphicRegular,
  "KaTeX_Fraktur-Bold": FrakturBold,
  "KaTeX_Fraktur-Regular": FrakturRegular,
  "KaTeX_Main-Bold": MainBold,
  "KaTeX_Main-BoldItalic": MainBoldItalic,
  "KaTeX_Main-Italic": MainItalic,
  "KaTeX_Main-Regular": MainRegular,
  "KaTeX_Math-BoldItalic": MathBoldItalic,
  "KaTeX_Math-Italic": MathItalic,
  "KaTeX_SansSerif-Bold": SansSerifBold,
  "KaTeX_SansSerif-Italic": SansSerifItalic,
  "KaTeX_SansSerif-Regular": SansSerifRegular,
  "KaTeX_Script-Regular": ScriptRegular,
  "KaTeX_Size1-Regular": Size1Regular,
  "KaTeX_Size2-Regular": Size2Regular,
  "KaTeX_Size3-Regular": Size3Regular,
  "KaTeX_Size4-Regular": Size4Regular,
  "KaTeX_Typewriter-Regular": TypewriterRegular,
};

/** Takes the fonts out of a sheet that names them by files beside it, and adds them as this site serves them. */
export function addFonts(sheet: CSSStyleSheet): void {
  for (let at = sheet.cssRules.length - 1; at >= 0; at -= 1) {
    const rule = sheet.cssRules[at];
    if (!(rule instanceof CSSFontFaceRule)) continue;
    const { style } = rule;
    const file = FILES[/fonts\/([\w-]+)\.woff2/.exec(style.getPropertyValue("src"))?.[1] ?? ""];
    const family = style.getPropertyValue("font-family");
    const looks = { style: style.getPropertyValue("font-style"), weight: style.getPropertyValue("font-weight"), display: "block" } as const;
    if (file !== undefined) document.fonts.add(new FontFace(family.replaceAll('"', ""), `url(${file}) format("woff2")`, looks));
    sheet.deleteRule(at);
  }
}
