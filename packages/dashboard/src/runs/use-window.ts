import { useLayoutEffect, useRef, useState, type RefObject } from "react";
import { windowOf, type RowWindow } from "./window-of.ts";

/** Draws a long list's rows around where it is scrolled to. */
export function useWindow(
  count: number,
  rowHeight: number,
): {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly window: RowWindow;
  readonly show: (index: number) => void;
} {
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 800 });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const read = (): void => setView({ top: element.scrollTop, height: element.clientHeight });
    const observer = new ResizeObserver(read);
    observer.observe(element);
    element.addEventListener("scroll", read, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", read);
    };
  }, []);
  const show = (index: number): void => {
    const element = scroller.current;
    if (element === null) return;
    const top = index * rowHeight;
    if (top < element.scrollTop + rowHeight) element.scrollTop = top - rowHeight;
    else if (top > element.scrollTop + element.clientHeight - 2 * rowHeight)
      element.scrollTop = top - element.clientHeight + 2 * rowHeight;
  };
  return { scroller, window: windowOf({ count, rowHeight }, view.top, view.height), show };
}
