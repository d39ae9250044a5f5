// Frames that were delayed on their way: reported when they were held, drawn where they arrived. Pure.

/**
 * Join each mark `delayed` that names a frame to the row in which that frame was passed on.
 *
 * Returns {late, marks}: `late` is a Map row → seconds it was held; `marks` are the others, and those whose frame has
 * not been passed on (yet).
 *
 * @param {TraceRow[]} rows
 * @param {TraceMark[]} marks
 * @returns {{late: Map<TraceRow, number>, marks: TraceMark[]}}
 */
export function joinDelayed(rows, marks) {
  const late = new Map();
  const rest = marks.filter((mark) => {
    if (mark.kind !== "delayed" || !mark.frame) return true;
    const row = rows.find(
      (each) =>
        each.time >= mark.time &&
        each.frame === mark.frame &&
        each.client === mark.client &&
        each.direction === mark.direction &&
        !late.has(each),
    );
    if (row) late.set(row, row.time - mark.time);
    return !row;
  });
  return { late, marks: rest };
}
