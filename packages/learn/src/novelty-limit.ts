/**
 * Most items that a source showed for the first time within one span of held-out time, with what
 * is known frozen at the end of the fit part: what of novelty is normal for it.
 * @param firstSeen item to index of the tick that first showed it.
 * @param fitTicks ticks of the fit part; @param span ticks.
 */
export function noveltyLimit(
  firstSeen: ReadonlyMap<string, number>,
  fitTicks: number,
  span: number,
): number {
  const late = [...firstSeen.values()].filter((tick) => tick >= fitTicks).sort((a, b) => a - b);
  let most = 0;
  let from = 0;
  for (const [to, tick] of late.entries()) {
    while (tick - (late[from] as number) >= span) from++;
    most = Math.max(most, to - from + 1);
  }
  return most;
}
