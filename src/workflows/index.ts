export { notifierWorkflow } from './notifier';
export { pairLockWorkflow } from './pair-lock';
export { switchbackWorkflow } from './switchback';
