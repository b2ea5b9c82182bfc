/*
	The chart of memory over time in picture.ts: chunks, slots and native memory stacked, with the limits of `creation`
	drawn in.
*/

import type { TraceEvent } from "./events.js";

const WIDTH = 720;
const HEIGHT = 240;
/** Room for what stands beside the chart in the larger letters of a phone. */
const LEFT = 100;
const BOTTOM = 34;
const TOP = 16;

/** Most points that are drawn: the highest of each stretch is kept. */
const MAX_POINTS = 600;

interface Point {
	readonly time: number;
	readonly chunks: number;
	readonly slots: number;
	readonly native: number;
}

function sum({ chunks, slots, native }: Point): number {
	return chunks + slots + native;
}

/** At most MAX_POINTS of the events, peaks among them. */
function thin(events: readonly Point[]): Point[] {
	const step = Math.ceil(events.length / MAX_POINTS),
		points: Point[] = [];
	for (let i = 0; i < events.length; i += step)
		points.push(events.slice(i, i + step).reduce((highest, event) => (sum(event) > sum(highest) ? event : highest)));
	return points;
}

function kilobytes(bytes: number): string {
	return `${(bytes / 1024).toFixed(bytes < 10240 ? 1 : 0)} KB`;
}

/** Whole numbers of kilobytes up to `top`, four or five where there is room. */
function ticks(top: number): number[] {
	let step = 1024;
	while (top / step > 5) step *= 2;
	return Array.from({ length: Math.floor(top / step) }, (_, i) => (i + 1) * step);
}

/** An SVG; `chunkLimit` and `slotLimit` are in bytes. */
export function memoryChart(events: readonly TraceEvent[], chunkLimit: number, slotLimit: number): string {
	const points = thin(events);
	if (points.length < 2) return "<p>The run was too short to draw.</p>";
	const start = points[0]!.time,
		end = Math.max(points.at(-1)!.time, start + 1e-6),
		heapLimit = chunkLimit + slotLimit;
	const highest = Math.max(...points.map(sum)),
		top = 1.08 * Math.max(highest, heapLimit);
	const x = (time: number): string => (LEFT + ((WIDTH - LEFT - 8) * (time - start)) / (end - start)).toFixed(1);
	const y = (bytes: number): string => (HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - TOP) * bytes) / top).toFixed(1);
	const area = (name: string, low: (point: Point) => number, high: (point: Point) => number): string => {
		const upper = points.map(point => `${x(point.time)},${y(high(point))}`),
			lower = points.map(point => `${x(point.time)},${y(low(point))}`).reverse();
		return `<polygon class="${name}" points="${[...upper, ...lower].join(" ")}"/>`;
	};
	const grid = ticks(Math.max(highest, heapLimit)).map(
		bytes =>
			`<line class="grid" x1="${LEFT}" x2="${WIDTH - 8}" y1="${y(bytes)}" y2="${y(bytes)}"/><text x="${LEFT - 6}" y="${y(bytes)}" class="tick">${bytes / 1024} KB</text>`,
	);
	const limit =
		`<line class="limit" x1="${LEFT}" x2="${WIDTH - 8}" y1="${y(heapLimit)}" y2="${y(heapLimit)}"/>` +
		`<text class="limit-text" x="${WIDTH - 12}" y="${y(heapLimit)}">limit of the heap: ${kilobytes(heapLimit)}</text>`;
	return (
		`<figure class="chart"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="memory over time, ${kilobytes(highest)} at most">${grid.join("")}` +
		area(
			"chunks",
			() => 0,
			point => point.chunks,
		) +
		area(
			"slots",
			point => point.chunks,
			point => point.chunks + point.slots,
		) +
		area("native", point => point.chunks + point.slots, sum) +
		`${limit}<text x="${LEFT}" y="${HEIGHT - 9}" class="time">0</text><text x="${WIDTH - 8}" y="${HEIGHT - 9}" class="time end">${(1000 * (end - start)).toFixed(0)} ms</text></svg>` +
		`<figcaption><span class="chunks">chunks</span><span class="slots">slots</span><span class="native">native</span></figcaption></figure>`
	);
}
