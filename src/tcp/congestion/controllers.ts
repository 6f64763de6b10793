/** The controllers by name. */
import type { CongestionKind, Controller } from './controller.ts';
import { fixedWindow } from './fixed-window.ts';

// The three without a file of their own have a fixed window until it is written.
const controllers: Readonly<Record<CongestionKind, Controller>> = {
  'fixed-window': fixedWindow,
  'new-reno': fixedWindow,
  cubic: fixedWindow,
  'rate-based': fixedWindow,
};

export function controllerOf(kind: CongestionKind): Controller {
  return controllers[kind];
}
