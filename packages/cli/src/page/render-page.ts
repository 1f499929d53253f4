import { seededRng } from '@ethogram/core';
import type { Model } from '@ethogram/model';
import { type ReportView, reportPage } from '@ethogram/report';

/** How a page is drawn. */
export type PageStyle = 'plain' | 'sketch';

/** A page with the picture of its model's graph in it. */
export async function renderPage(
  view: Omit<ReportView, 'graphSvg'>,
  style: PageStyle,
): Promise<string> {
  const { FONTS, plainPen, sketchPen } = await import('@ethogram/graph');
  const seed = view.model?.seed ?? 1;
  const pen = style === 'sketch' ? sketchPen(seededRng(seed).fork('page')) : plainPen;
  const graphSvg = await drawGraph(view.model, style);
  return reportPage({ ...view, graphSvg }, { style, pen, font: FONTS[style] });
}

async function drawGraph(model: Model | null, style: PageStyle): Promise<string | null> {
  if (!model?.graph) return null;
  const { buildGraph, formatGraph } = await import('@ethogram/graph');
  const graph = buildGraph(model.graph, { model: model.name, isolated: false });
  return formatGraph(graph, 'svg', { style });
}
