/** Eigenvalues and eigenvectors of a symmetric matrix, in 64 bit. */

export interface Eigen {
  /** The largest first. */
  readonly values: readonly number[];
  /** One for each value, of length 1. */
  readonly vectors: readonly Float64Array[];
}

type Rows = readonly Float64Array[];

/** `matrix` is taken apart while it is read. Reflections to three diagonals (Householder 1958), then turns (Francis 1961). */
export function eigenOf(matrix: Rows): Eigen {
  const size = matrix.length;
  const vectors = Array.from({ length: size }, (_, row) =>
    Float64Array.from({ length: size }, (_, column) => (row === column ? 1 : 0)),
  );
  for (let column = 0; column < size - 2; column += 1) reflect(matrix, vectors, column);
  const diagonal = Float64Array.from({ length: size }, (_, row) => matrix[row]?.[row] ?? 0);
  const beside = Float64Array.from({ length: size }, (_, row) => matrix[row]?.[row + 1] ?? 0);
  settle(diagonal, beside, vectors);
  const order = [...diagonal.keys()].sort((a, b) => (diagonal[b] ?? 0) - (diagonal[a] ?? 0));
  return {
    values: order.map((row) => diagonal[row] ?? 0),
    vectors: order.map((row) => vectors[row] ?? new Float64Array()),
  };
}

/** Leaves nothing of a column below the place under its diagonal: H A H with H = I - 2 v v^T. */
function reflect(matrix: Rows, vectors: Rows, column: number): void {
  const mirror = mirrorOf(matrix[column], column + 1);
  if (mirror === undefined) return;
  const size = matrix.length;
  const image = Float64Array.from(matrix, (row) => dot(row, mirror, column));
  const half = dot(image, mirror, column);
  for (let place = column; place < size; place += 1)
    image[place] = 2 * ((image[place] ?? 0) - half * (mirror[place] ?? 0));
  for (let row = column; row < size; row += 1) {
    subtract(matrix[row], image, mirror[row] ?? 0, column);
    subtract(matrix[row], mirror, image[row] ?? 0, column);
  }
  const shares = new Float64Array(size);
  for (let row = column + 1; row < size; row += 1) subtract(shares, vectors[row], -2 * (mirror[row] ?? 0), 0);
  for (let row = column + 1; row < size; row += 1) subtract(vectors[row], shares, mirror[row] ?? 0, 0);
}

/** The vector of length 1 whose mirror puts all of `row` from `from` on into that place; undefined where all is there. */
function mirrorOf(row: Float64Array | undefined, from: number): Float64Array | undefined {
  if (row === undefined) return undefined;
  const mirror = Float64Array.from(row, (number, place) => (place < from ? 0 : number));
  if (dot(mirror, mirror, from + 1) < SMALLEST) return undefined;
  const first = mirror[from] ?? 0;
  const length = Math.sqrt(dot(mirror, mirror, from));
  mirror[from] = first + (first < 0 ? -length : length);
  const own = Math.sqrt(dot(mirror, mirror, from));
  return mirror.map((number) => number / own);
}

const MOST_TURNS = 60;
/** Less than this cannot be squared or divided by. */
const SMALLEST = 2 ** -900;

/** Turns neighbours until nothing stands beside the diagonal. */
function settle(diagonal: Float64Array, beside: Float64Array, vectors: Rows): void {
  const nothing = 2 ** -53 * Math.max(SMALLEST, ...diagonal.map(Math.abs), ...beside.map(Math.abs));
  const isApart = (place: number) => Math.abs(beside[place] ?? 0) <= nothing;
  let [end, turns] = [diagonal.length - 1, 0];
  while (end > 0 && turns < MOST_TURNS * diagonal.length) {
    if (isApart(end - 1)) {
      end -= 1;
      continue;
    }
    let start = end - 1;
    while (start > 0 && !isApart(start - 1)) start -= 1;
    chase(diagonal, beside, vectors, start, end);
    turns += 1;
  }
}

/** One step: a first turn by the value that the end comes to (Wilkinson 1968), and its bulge pushed out at the end. */
function chase(diagonal: Float64Array, beside: Float64Array, vectors: Rows, start: number, end: number): void {
  let ahead = (diagonal[start] ?? 0) - shiftOf(diagonal, beside, end);
  let bulge = beside[start] ?? 0;
  for (let place = start; place < end; place += 1) {
    const length = Math.hypot(ahead, bulge);
    const [cos, sin] = length === 0 ? [1, 0] : [ahead / length, bulge / length];
    if (place > start) beside[place - 1] = length;
    const [here, next, link] = [diagonal[place] ?? 0, diagonal[place + 1] ?? 0, beside[place] ?? 0];
    diagonal[place] = cos * cos * here + 2 * cos * sin * link + sin * sin * next;
    diagonal[place + 1] = sin * sin * here - 2 * cos * sin * link + cos * cos * next;
    beside[place] = (cos * cos - sin * sin) * link + cos * sin * (next - here);
    ahead = beside[place] ?? 0;
    bulge = sin * (beside[place + 1] ?? 0);
    if (place + 1 < end) beside[place + 1] = cos * (beside[place + 1] ?? 0);
    turn(vectors[place], vectors[place + 1], cos, sin);
  }
}

/** The eigenvalue of the last two places that is nearer to the last. */
function shiftOf(diagonal: Float64Array, beside: Float64Array, end: number): number {
  const [before, last, link] = [diagonal[end - 1] ?? 0, diagonal[end] ?? 0, beside[end - 1] ?? 0];
  const half = (before - last) / 2;
  if (half === 0) return last - Math.abs(link);
  return last - (link * link) / (half + Math.sign(half) * Math.hypot(half, link));
}

function turn(first: Float64Array | undefined, second: Float64Array | undefined, cos: number, sin: number): void {
  if (first === undefined || second === undefined) return;
  for (let place = 0; place < first.length; place += 1) {
    const [one, other] = [first[place] ?? 0, second[place] ?? 0];
    first[place] = cos * one + sin * other;
    second[place] = cos * other - sin * one;
  }
}

function dot(left: Float64Array, right: Float64Array, from: number): number {
  let sum = 0;
  for (let place = from; place < left.length; place += 1) sum += (left[place] ?? 0) * (right[place] ?? 0);
  return sum;
}

/** Takes `factor` times another row away. */
function subtract(row: Float64Array | undefined, other: Float64Array | undefined, factor: number, from: number): void {
  if (row === undefined || other === undefined || factor === 0) return;
  for (let place = from; place < row.length; place += 1) row[place] = (row[place] ?? 0) - factor * (other[place] ?? 0);
}
