/**
 * Picks one row per calibration step: the first that ends in it. Rows need not end at whole steps:
 * after a tick that was lost or a second that was cut they end between.
 * @param calibrationTicks length of a step.
 * @returns whether the row that ends after so many ticks of the window is picked; call it in order.
 */
export function calibrationSteps(calibrationTicks: number): (ticks: number) => boolean {
  let last = 0;
  return (ticks) => {
    const step = Math.floor(ticks / calibrationTicks);
    if (step === last) return false;
    last = step;
    return true;
  };
}
