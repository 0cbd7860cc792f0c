/** The device that cells run on, and the cards of it that can be used now. */
import { type Card, cardsInWords, kindOf, ofOneKind } from '../../domain/card.ts';
import { DEFAULT_DEVICE, DEVICES, type Device, type DeviceChoice, deviceOf } from '../../domain/device.ts';
import { UserError } from '../../errors.ts';
import { findCards } from './gpu.ts';
import { closedNodes } from './nodes.ts';

type Variables = Readonly<Record<string, string | undefined>>;

export interface OpenedDevice {
  readonly device: Device;
  readonly cards: readonly Card[];
  /** Why there is none, where one was asked for and nothing is to be measured here. */
  readonly noCard?: string | undefined;
}

/**
 * Without a choice cells run on the processor: a run that nobody asked for a card fetches nothing for one. Throws
 * UserError where `cuda` is asked for and cannot be had, unless nothing is to be measured here.
 */
export async function openDevice(
  choice: DeviceChoice = DEFAULT_DEVICE,
  environment: Variables,
  say: (line: string) => void,
  isPlanning = false,
): Promise<OpenedDevice> {
  if (choice === 'cpu') return { device: DEVICES.cpu, cards: [] };
  if (choice === 'both') throw new UserError(BOTH);
  const found = await findCards(environment);
  if (!('why' in found)) return withCards(found.cards, say);
  if (choice === 'cuda' && isPlanning) return { device: DEVICES.cuda, cards: [], noCard: found.why };
  if (choice === 'cuda') throw new UserError(`Device \`cuda\` cannot be used here. ${found.why}`);
  if (found.isDriverThere) say(`Device \`auto\` is the CPU: ${found.why}`);
  return { device: DEVICES.cpu, cards: [] };
}

const BOTH =
  'Device `both` is for `sweep` and `check`, which measure on one after the other. Name one of them: `cpu` or `cuda`.';

function withCards(all: readonly Card[], say: (line: string) => void): OpenedDevice {
  const cards = ofOneKind(all);
  const others = all.filter((card) => !cards.includes(card));
  if (others.length > 0) say(`One sweep measures on one kind of card. Not used: ${cardsInWords(others)}`);
  return { device: DEVICES.cuda, cards };
}

/** The cards of a host that answer now: one that vanished since is no longer among them. */
export async function cardsNow(
  host: Pick<OpenedDevice, 'cards'> & { readonly environment: Variables },
): Promise<readonly Card[]> {
  const [first] = host.cards;
  if (first === undefined) return [];
  const found = await findCards(host.environment);
  return 'why' in found ? [] : found.cards.filter((card) => kindOf(card) === kindOf(first));
}

/** The device in words for a report, and for the key of what is measured on it. */
export function deviceInWords({ device, cards }: Pick<OpenedDevice, 'device' | 'cards'>): string {
  return cards.length === 0 ? deviceOf(device.name).title : cardsInWords(cards);
}

/** Less than this part of a card's memory free is somebody else's work on it. */
const BUSY = 0.5;

/** What keeps cells from running well on the device that was asked for, each with what to do. `root` is `/`, in a test a folder. */
export function deviceProblems(
  { cards, noCard }: Pick<OpenedDevice, 'cards' | 'noCard'>,
  root = '/',
): readonly string[] {
  if (noCard !== undefined) return [noCard];
  const closed = closedNodes(cards, root).map((what) => `${what}: a probe runs as another user. ${OPEN_NODES}`);
  const busy = cards.filter(({ freeBytes = 1, memoryBytes = 1 }) => freeBytes < memoryBytes * BUSY);
  return [...closed, ...busy.map((card) => `${card.name} ${card.index} has little memory free: ${BUSY_CARD}`)];
}

const OPEN_NODES = 'Load the driver with `nvidia-modprobe -u -c=0`, and allow it with `chmod a+rw /dev/nvidia*`.';
const BUSY_CARD =
  'another program uses it, so that times mean little and memory may run out. End it, or name another card.';
