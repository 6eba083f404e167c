// What somebody could not read or press on a page: a function for the page of a browser.
() => {
  /** What is smaller than a thumb needs (44 pixels, WCAG 2.5.5). */
  const small = [...document.querySelectorAll('button, summary, label.choice, .field input')]
    .map((one) => [one.textContent, one.getBoundingClientRect()])
    .filter(([, box]) => box.height && (box.height < 43.5 || box.width < 43.5))
    .map(([name]) => name)

  const channels = (colour) => colour.match(/[\d.]+/g).map(Number)

  /** Relative luminance, as WCAG 2.2 defines it. */
  const luminance = (colour) => channels(colour).slice(0, 3)
    .map((one) => one / 255)
    .map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
    .reduce((sum, one, i) => sum + one * [0.2126, 0.7152, 0.0722][i], 0)

  const behind = (one) => {
    for (; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor
      if (channels(colour)[3] !== 0) return colour
    }
    return 'rgb(255, 255, 255)'
  }

  const contrast = (one) => {
    const both = [luminance(getComputedStyle(one).color), luminance(behind(one))]
    return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05)
  }

  /** Text that stands out too little from what is behind it (4.5 to 1, WCAG 1.4.3). */
  const faint = [...document.querySelectorAll('body *')]
    .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .filter((one) => one.checkVisibility() && !one.matches(':disabled, .unseen, noscript *'))
    .map((one) => [one.textContent.slice(0, 30), contrast(one)])
    .filter(([, found]) => found < 4.5)

  const { scrollWidth, clientWidth } = document.documentElement
  return { small, faint, wide: scrollWidth > clientWidth }
}
