import { testLossesOf } from './loss';

testLossesOf([0, 1, 250]);
