/* The pad: one pointer at a time draws, be it a finger, a mouse or a pen. */

import { element } from './elements.js'
import { text } from './languages.js'
import { draw, isSignature } from './strokes.js'

/** Makes a pad over strokes, which it adds to; `enabled` says whether it may be drawn on yet. */
export function pad(strokes, enabled) {
  const canvas = element('canvas', { class: 'pad', role: 'img' })
  const context = canvas.getContext('2d', { alpha: false })
  let drawing = null
  let knowsPen = false

  const redraw = () => {
    const ratio = Math.max(1, devicePixelRatio || 1)
    const { width, height } = canvas.getBoundingClientRect()
    canvas.width = Math.round(width * ratio)
    canvas.height = Math.round(height * ratio)
    draw(context, canvas.width, strokes)
    canvas.setAttribute('aria-label', text(isSignature(strokes) ? 'padDrawn' : 'pad'))
  }
  const point = (event) => {
    const { left, top, width } = canvas.getBoundingClientRect()
    return [(event.clientX - left - canvas.clientLeft) / width, (event.clientY - top - canvas.clientTop) / width]
  }
  const begin = (event) => {
    knowsPen ||= event.pointerType === 'pen'
    const palm = knowsPen && event.pointerType === 'touch'
    if (drawing !== null || palm || event.button !== 0 || !enabled()) return
    event.preventDefault()
    drawing = event.pointerId
    canvas.setPointerCapture(drawing)
    strokes.push([point(event)])
    changed()
  }
  const go = (event) => {
    if (event.pointerId !== drawing) return
    const all = event.getCoalescedEvents?.() ?? []
    strokes.at(-1).push(...(all.length ? all : [event]).map(point))
    redraw()
  }
  const end = (event) => {
    if (event.pointerId !== drawing) return
    drawing = null
    changed()
  }
  const changed = () => {
    redraw()
    canvas.dispatchEvent(new Event('drawn', { bubbles: true }))
  }
  canvas.addEventListener('pointerdown', begin)
  canvas.addEventListener('pointermove', go)
  canvas.addEventListener('pointerup', end)
  canvas.addEventListener('pointercancel', end)
  new ResizeObserver(redraw).observe(canvas)
  return {
    canvas,
    undo: () => { strokes.pop(); changed() },
    clear: () => { strokes.length = 0; changed() },
  }
}
