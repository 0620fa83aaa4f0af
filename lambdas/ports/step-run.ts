/** One run of a step's function. */
export interface StepRun {
  /** Epoch ms after which the step starts nothing new and answers what it has (60 s before the Lambda's deadline, half of the time if that is shorter). */
  readonly stopAt: number;
}
