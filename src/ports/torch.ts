/** Builds of torch to choose from. */

/** A build of torch, as far as a sweep chooses between them. */
export interface TorchChoice {
  readonly version: string;
  /** Where it comes from, in words for the plan. */
  readonly source: string;
  /** What is to be fetched for it, where the index tells. */
  readonly bytes?: number | undefined;
  /** Whether nothing is to be fetched. */
  readonly stored: boolean;
}

/** The builds of torch that one output folder was measured with, and those that it could be. */
export interface TorchBuilds {
  /** The one that the plan asks for. */
  readonly chosen: TorchChoice;
  /** Throws WeatherError where no build of a release can be had. */
  of(version: string): Promise<TorchChoice>;
  /** The release that an earlier run of the same plan had gone over to. */
  goneOver(): string | undefined;
  /** Written down before anything is measured with it: a run that dies in the second sweep goes on with it. */
  goOver(version: string): void;
  /** Lets what is written down stand for the sweep that was made with one of them. */
  standFor(version: string): void;
}
