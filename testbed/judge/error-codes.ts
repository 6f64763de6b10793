/** Every code that the check of an expectation can give, and what it means. */
export const judgeErrorCodes = {
  'unknown-name': 'A name in an expression is no measure, property of a traffic, or variant.',
  'unknown-function': 'A call in an expression is neither a fact nor min, max or never.',
  'wrong-arguments': 'A function is called with arguments that it does not take.',
  'bad-fact': 'A fact cannot be told of this topology: a name is unknown, or there is no way.',
  'mixed-dimensions': 'Two sides cannot be added, multiplied, divided or compared.',
  'missing-unit': 'A number stands beside a time, size or rate and has no unit.',
  'zero-divisor': 'Something is divided by 0.',
  'not-a-truth': 'A condition is a quantity, where something that holds or not is expected.',
  'not-a-quantity': 'A comparison stands where a quantity is expected.',
  'not-live': 'A condition of an event names what is only known after the run.',
  'too-few-repeats': 'A quantile cannot be decided by so few samples.',
  'not-a-measure': 'What is held against a reference is more than the name of one measured value.',
  'no-direction': 'A value is held against a reference, and nothing says which way it is better.',
  'no-comparison': 'A margin stands beside a plain bound.',
} as const satisfies Readonly<Record<string, string>>;

export type JudgeErrorCode = keyof typeof judgeErrorCodes;
