/* A signature as lines: points from 0 to 1 along the pad's width, so that it fits a pad of any size. */

/** A pad is so much wider than it is high. */
export const SHAPE = 5 / 2
const LINE = 1 / 190
const LEAST_LENGTH = 0.15
const PICTURE_WIDTH = 1200
const INK = '#101828'
const PAPER = '#ffffff'

/** How far the pen went over the paper, in widths of the pad. */
export function length(strokes) {
  const step = (from, to) => Math.hypot(to[0] - from[0], to[1] - from[1])
  const of = (stroke) => stroke.slice(1).reduce((sum, point, i) => sum + step(stroke[i], point), 0)
  return strokes.reduce((sum, stroke) => sum + of(stroke), 0)
}

/** Tells whether it is more than a dot. */
export const isSignature = (strokes) => length(strokes) >= LEAST_LENGTH

/** Draws lines that bend through the middles between points, which makes them smooth. */
export function draw(context, width, strokes) {
  context.fillStyle = PAPER
  context.fillRect(0, 0, width, width / SHAPE)
  context.strokeStyle = INK
  context.fillStyle = INK
  context.lineWidth = width * LINE
  context.lineCap = context.lineJoin = 'round'
  for (const stroke of strokes) drawStroke(context, stroke.map(([x, y]) => [x * width, y * width]))
}

function drawStroke(context, points) {
  const [first, ...others] = points
  context.beginPath()
  context.moveTo(...first)
  others.forEach((point, i) => {
    const next = others[i + 1] ?? point
    context.quadraticCurveTo(...point, (point[0] + next[0]) / 2, (point[1] + next[1]) / 2)
  })
  if (!others.length) context.lineTo(first[0] + 0.01, first[1])
  context.stroke()
}

/** Makes a PNG of one size, whatever the pad's: a data URL. */
export function picture(strokes) {
  const canvas = document.createElement('canvas')
  canvas.width = PICTURE_WIDTH
  canvas.height = PICTURE_WIDTH / SHAPE
  draw(canvas.getContext('2d', { alpha: false }), PICTURE_WIDTH, strokes)
  return canvas.toDataURL('image/png')
}
