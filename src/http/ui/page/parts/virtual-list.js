// A long list of rows of one height, of which only those in sight are in the page.

import { html, useEffect, useLayoutEffect, useRef, useState } from "../lib/preact.js";

/** Rows beyond the edges that are rendered too, so that quick scrolling shows no gap. */
const BEYOND = 12;

/**
 * The scrolling element is the list itself: give it a height by its class. While the user has scrolled away from the top, rows
 * that come in at the top do not move what is in sight.
 * @template T
 * @param {object} props
 * @param {number} props.count
 * @param {(index: number) => T} props.itemAt
 * @param {(item: T) => string | number} props.keyOf
 * @param {(item: T, index: number) => *} props.row renders a row; its height is `rowHeight`
 * @param {number} props.rowHeight pixels
 * @param {*} [props.head] sticks to the top
 * @param {number} [props.showIndex] the row that is scrolled into sight when `showKey` changes
 * @param {string | number} [props.showKey]
 * @param {string} [props.class]
 * @param {object} [props.attributes] of the scrolling element: role, aria-label
 */
export function VirtualList({
  count,
  itemAt,
  keyOf,
  row,
  rowHeight,
  head,
  showIndex,
  showKey,
  class: name,
  attributes,
}) {
  const list = useRef();
  const headPart = useRef();
  const [sight, setSight] = useState({ from: 0, to: 40 });
  const first = useRef();
  const pool = useRef(1);

  const look = () => {
    const { scrollTop, clientHeight } = list.current;
    const from = Math.max(0, Math.floor(scrollTop / rowHeight) - BEYOND);
    const to = Math.ceil((scrollTop + clientHeight) / rowHeight) + BEYOND;
    // Steps of a few rows: scrolling by a pixel renders nothing.
    setSight((before) => {
      const kept =
        before.from <= from + BEYOND / 2 &&
        before.to >= to - BEYOND / 2 &&
        before.to - before.from < to - from + BEYOND;
      return kept ? before : { from, to };
    });
  };

  useEffect(() => {
    const observer = new ResizeObserver(look);
    observer.observe(list.current);
    return () => observer.disconnect();
  }, [rowHeight]);

  // New rows at the top: keep what is in sight where it is, unless the top itself is in sight. Looking at `scrollTop` makes the
  // browser lay out the page at once, so this looks only if it must.
  useLayoutEffect(() => {
    const before = first.current;
    first.current = count ? keyOf(itemAt(0)) : undefined;
    if (before === undefined || before === first.current) return;
    const { scrollTop } = list.current;
    if (scrollTop <= rowHeight / 2) return;
    const most = Math.min(count, 2000);
    let index = 0;
    while (index < most && keyOf(itemAt(index)) !== before) index += 1;
    if (index < most) list.current.scrollTop = scrollTop + index * rowHeight;
  });

  useEffect(() => {
    if (showIndex === undefined || showIndex < 0) return;
    const element = list.current;
    const covered = headPart.current?.offsetHeight ?? 0;
    const top = showIndex * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    const bottom = top + rowHeight + covered - element.clientHeight;
    if (bottom > element.scrollTop) element.scrollTop = bottom;
  }, [showKey]);

  const from = Math.min(sight.from, Math.max(0, count - 1));
  const to = Math.min(sight.to, count);
  // Rows that leave are used again for those that come: a key is a place counted from the end, so that it stays the same while
  // rows come in at the top.
  pool.current = Math.max(pool.current, to - from);
  const rows = [];
  for (let index = from; index < to; index += 1) {
    const item = itemAt(index);
    rows.push(
      html`<div key=${(count - 1 - index) % pool.current} class="virtual-row" style=${{ top: `${index * rowHeight}px`, height: `${rowHeight}px` }}>
        ${row(item, index)}
      </div>`,
    );
  }
  return html`<div class="virtual-list ${name ?? ""}" ref=${list} onScroll=${look} ...${attributes}>
    ${head && html`<div class="virtual-head" ref=${headPart}>${head}</div>`}
    <div class="virtual-rows" style=${{ height: `${count * rowHeight}px` }}>${rows}</div>
  </div>`;
}
