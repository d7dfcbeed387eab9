/** Titles of 200 000 books that nobody wrote: always the same. */
const COUNT = 200_000;

export const allTitles = (): string[] => Array.from({ length: COUNT }, (_, index) => titleOf(index));

function titleOf(index: number): string {
  // Neighbours are not alike, and no two are the same: the factor has no divisor in common with how many there could be.
  let rest = (index * FACTOR) % (QUALITIES.length * PEOPLE.length * PLACES.length);
  const pick = (words: readonly string[]): string => {
    const word = words[rest % words.length]!;
    rest = Math.floor(rest / words.length);
    return word;
  };
  return `The ${pick(QUALITIES)} ${pick(PEOPLE)} of ${pick(PLACES)}`;
}

const FACTOR = 7_368_787;
const QUALITIES =
  listed(`absent amber ancient anxious awkward bitter blind borrowed brave broken careful clever cold crooked
  curious distant drowsy eager early faithful famous forgotten fragile gentle golden grateful hidden hollow honest humble
  hungry idle impatient invisible jealous last late lonely lost lucky modest nervous noble obedient patient perfect polite
  proud quiet reluctant restless second secret silent sleepless slow stubborn sudden tired unlikely velvet wandering`);
const PEOPLE = listed(`accountant apprentice archivist astronomer baker beekeeper bookbinder botanist captain carpenter
  cartographer chemist clockmaker cook dentist detective diver doctor driver engineer falconer farmer ferryman gardener
  geologist glazier guard harbourmaster hunter inspector interpreter joiner judge keeper lexicographer librarian lighthouse
  locksmith mason mathematician merchant miner nurse organist painter pharmacist pilot poet printer sailor sculptor shepherd
  smith surveyor tailor teacher translator violinist watchman weaver writer`);
const PLACES =
  listed(`Aberdeen Amsterdam Antwerp Athens Avignon Barcelona Basel Bergen Bologna Bruges Budapest Cordoba Cork
  Cracow Dresden Dublin Florence Geneva Genoa Ghent Granada Hamburg Helsinki Istanbul Kiel Leiden Leipzig Lisbon Ljubljana
  Lyon Madrid Marseille Naples Nice Oslo Palermo Porto Prague Ravenna Reykjavik Riga Salamanca Seville Siena Sofia Tallinn
  Toledo Trieste Turin Uppsala Utrecht Valencia Venice Verona Vienna Vilnius Warsaw Zagreb Zurich`);

function listed(text: string): readonly string[] {
  return text.split(/\s+/);
}
