/** A rectangle of the picture, drawn with the pointer, becomes the next picture; so does what is around a point. */
import { filter, finalize, fromEvent, last, map, type Observable, startWith, switchMap, takeUntil, tap } from 'rxjs';
import { find } from './dom.ts';
import { HEIGHT, WIDTH, type View } from './tiles.ts';

/** As shares of the picture's width and height. */
interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly share: number;
}

/** A click takes so much of the picture, each way. */
const CLICKED = 1 / 3;
/** From the whole set down to where its pixels can no longer be told apart. */
const SPANS = [1e-11, 4] as const;

/** What is chosen in a picture. */
export function zooms(picture: HTMLElement): Observable<Rectangle> {
  const frame = find('.frame', HTMLElement, picture);
  const heard = (type: string): Observable<PointerEvent> => fromEvent<PointerEvent>(picture, type);
  return heard('pointerdown').pipe(
    filter(({ isPrimary, button }) => isPrimary && button === 0),
    tap(({ pointerId }) => picture.setPointerCapture(pointerId)),
    switchMap((down) =>
      heard('pointermove').pipe(
        startWith(down),
        map((move) => between(picture, down, move)),
        tap(({ left, share, top }) => {
          frame.hidden = share === 0;
          Object.assign(frame.style, { left: `${100 * left}%`, top: `${100 * top}%`, width: `${100 * share}%` });
        }),
        takeUntil(heard('pointerup')),
        last(),
        map((drawn) => (drawn.share > 0 ? drawn : around(drawn))),
        // The page is scrolled instead.
        takeUntil(heard('pointercancel')),
        finalize(() => (frame.hidden = true)),
      ),
    ),
  );
}

/** What is chosen becomes the whole picture; in so many digits that the address can say it. */
export function zoomed({ im, re, span }: View, { left, share, top }: Rectangle): View {
  const height = (span * HEIGHT) / WIDTH;
  const next = Math.min(SPANS[1], Math.max(SPANS[0], span * share));
  return {
    re: re + (left + share / 2 - 0.5) * span,
    im: im - (top + share / 2 - 0.5) * height,
    span: Number(next.toPrecision(4)),
  };
}

/** What the buttons choose: the middle of the picture, or what is around it. */
export const INTO: Rectangle = around({ left: 0.5, top: 0.5, share: 0 });
export const OUT: Rectangle = { left: -1, top: -1, share: 1 / CLICKED };

/** From where the pointer went down, as wide as the picture is for its height; of a click nothing. */
function between(picture: HTMLElement, down: PointerEvent, move: PointerEvent): Rectangle {
  const { height, width, x, y } = picture.getBoundingClientRect();
  const [from, to] = [down, move].map(({ clientX, clientY }) => ({
    across: (clientX - x) / width,
    along: (clientY - y) / height,
  })) as [{ across: number; along: number }, { across: number; along: number }];
  const share = Math.min(1, Math.max(Math.abs(to.across - from.across), Math.abs(to.along - from.along)));
  const drawn = share < 0.03 ? 0 : share;
  return {
    left: to.across < from.across ? from.across - drawn : from.across,
    top: to.along < from.along ? from.along - drawn : from.along,
    share: drawn,
  };
}

function around({ left, top }: Rectangle): Rectangle {
  return { left: left - CLICKED / 2, top: top - CLICKED / 2, share: CLICKED };
}
