/** The controllers by name. */
import type { CongestionKind, Controller } from './controller.ts';
import { coupled } from './coupled.ts';
import { cubic } from './cubic.ts';
import { fixedWindow } from './fixed-window.ts';
import { newReno } from './new-reno.ts';
import { rateBased } from './rate-based/controller.ts';

/** Each is given only states that it made itself: whoever restores one finds its controller by the state's kind. */
const controllers: Readonly<Record<CongestionKind, unknown>> = {
  'fixed-window': fixedWindow,
  'new-reno': newReno,
  cubic,
  coupled,
  'rate-based': rateBased,
};

export function controllerOf(kind: CongestionKind): Controller {
  return controllers[kind] as Controller;
}
